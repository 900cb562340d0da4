# Helpers of `dev`: pinned versions, steps with a log and a time, stamps. Sourced with $root set.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/mmdeploy"
logs="$root/build/log"
venv_python="$root/.venv/bin/python"

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# pins KIND [PART...]: "NAME VERSION [SHA256]" of each dependency of that kind, of the named parts only.
pins() {
  local kind=$1
  shift
  awk -v kind="$kind" -v parts=" $* " '
    $1 == kind && (parts ~ /^ *$/ || ($NF ~ /^@/ && index(parts, " " substr($NF, 2) " "))) {
      n = index($2, "=")
      print (n ? substr($2, 1, n - 1) : $2), (n ? substr($2, n + 1) : "-"), ($3 ~ /^@/ ? "" : $3) }' "$root/dependencies.txt"
}

# The parts that dependencies.txt knows.
part_names() { awk '!/^#/ && $NF ~ /^@/ { print substr($NF, 2) }' "$root/dependencies.txt" | sort -u; }

# hash_of: the key of what stdin says.
hash_of() { sha256sum | cut -c1-16; }

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }'; }

# How far a step is, from the "[done/all]" of ninja at the end of its log; a dot where there is none.
progress() {
  tail -c 4096 "$1" | tr '\r' '\n' | awk -F'[][/]' '/^\[[0-9]+\/[0-9]+\] / { share = sprintf(" %d%%", 100 * $2 / $3) }
                                                END { printf "%s", share ? share : "." }'
}

# Prints the progress every ten seconds while process $1 with the log $2 lives: a long step must not look dead.
wait_with_progress() {
  local ticks=0
  while kill -0 "$1" 2>/dev/null; do
    sleep 0.2
    ticks=$((ticks + 1))
    if ((ticks % 50 == 0)); then progress "$2"; fi
  done
  wait "$1"
}

# step NAME TITLE COMMAND...: runs COMMAND with its output in build/log/NAME.log; says what and how long.
step() {
  local name=$1 title=$2 log="$logs/$1.log" start=$EPOCHREALTIME
  shift 2
  mkdir -p "$logs"
  printf '==> %s ' "$title"
  # A process group of its own, so that an interrupt ends all that the step started.
  set -m
  (set -eu; "$@") >"$log" 2>&1 </dev/null 9>&- &
  set +m
  # shellcheck disable=SC2064  # the process id of now
  trap "kill -TERM -- -$! 2>/dev/null; echo; die \"interrupted in step '$name'; run the command again to go on\"" INT TERM
  if wait_with_progress $! "$log"; then
    trap - INT TERM
    printf ' %s\n' "$(seconds_since "$start")"
    return
  fi
  trap - INT TERM
  printf ' failed after %s\n' "$(seconds_since "$start")"
  tail -n 20 "$log" | sed 's/^/    /' >&2
  die "step '$name' failed; the whole log is in ${log#"$root"/}"
}

# stamped STAMP KEY NAME TITLE COMMAND...: the step, unless STAMP already holds KEY. The stamp is written
# after success only, so an interrupted run does the step again.
stamped() {
  local stamp=$1 key=$2
  shift 2
  if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$key" ]; then return; fi
  step "$@"
  mkdir -p "$(dirname "$stamp")"
  printf '%s' "$key" >"$stamp.tmp"
  mv "$stamp.tmp" "$stamp"
}
