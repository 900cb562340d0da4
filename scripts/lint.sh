# `./dev lint [FILE...]`: format and static checks of the named or changed files. Sourced by `dev`.

files=("$@")
if [ $# -eq 0 ]; then
  mapfile -t files < <({ git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard
                         git show --pretty= --name-only --diff-filter=d HEAD; } | sort -u)
fi
sources=() units=() scripts=()
for file in "${files[@]}"; do
  [ -f "$file" ] || continue
  case $file in
    *.cpp | *.cxx | *.cc) sources+=("$file"); units+=("$file") ;;
    *.h | *.hpp | *.c | *.cu) sources+=("$file") ;;
    *.py) scripts+=("$file") ;;
  esac
done

status=0
if [ ${#sources[@]} -gt 0 ]; then
  echo "==> clang-format (${#sources[@]} files)"
  clang-format-14 --dry-run -Werror "${sources[@]}" || status=1
fi
if [ ${#scripts[@]} -gt 0 ]; then
  echo "==> ruff (${#scripts[@]} files)"
  .venv/bin/ruff check "${scripts[@]}" || status=1
fi
if [ ${#units[@]} -gt 0 ]; then
  echo "==> clang-tidy (${#units[@]} files)"
  [ -e build/compile_commands.json ] || build
  # Sources that no target of this build compiles (an engine that is absent) have no command to check them with.
  known=()
  for file in "${units[@]}"; do
    grep -qF "$root/$file\"" build/compile_commands.json && known+=("$file")
  done
  [ ${#known[@]} -eq 0 ] || printf '%s\n' "${known[@]}" |
    xargs -P "$(nproc)" -n 4 clang-tidy-14 -p build --quiet --warnings-as-errors='*' || status=1
fi
[ $status = 0 ] && echo "lint: clean (${#files[@]} files)"
exit $status
