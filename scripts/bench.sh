# `./dev bench [PATTERN]`: runs the benchmarks of the release build. Sourced by `dev`.

pattern=${1:-}
found=0
for program in build/bin/*_bench; do
  [ -x "$program" ] || continue
  case $program in *"$pattern"*) ;; *) continue ;; esac
  found=1
  echo "==> ${program#build/bin/}"
  "$program" --benchmark_color=false
done
[ $found = 1 ] || die "no benchmark's name holds '$pattern'; there are: $(cd build/bin && echo *_bench)"
