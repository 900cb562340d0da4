# `./dev check`: format, static rules, layers, and whether generated files are current. Sourced by `dev`.

status=0
mapfile -t sources < <(git ls-files '*.h' '*.hpp' '*.c' '*.cpp' '*.cu')
mapfile -t scripts < <(git ls-files '*.py')
echo "==> clang-format (${#sources[@]} files)"
printf '%s\0' "${sources[@]}" | xargs -0 -P "$(nproc)" -n 64 clang-format-14 --dry-run -Werror || status=1
echo "==> ruff (${#scripts[@]} files)"
.venv/bin/ruff check -q "${scripts[@]}" || status=1
echo "==> layers, sizes, names"
"$venv_python" scripts/check_layers.py || status=1
echo "==> generated files"
"$venv_python" api/gen.py --check || status=1
[ $status = 0 ] && echo "check: clean"
exit $status
