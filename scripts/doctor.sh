# `./dev doctor [PART...]`: what is here, what is missing, how to mend it. Needs nothing but bash and dpkg. Sourced by `dev`.

missing=0

# report NAME FOUND WHERE ADVICE: one line; an empty FOUND means missing.
report() {
  if [ -n "$2" ]; then
    printf '  %-28s %-24s %s\n' "$1" "$2" "$3"
  else
    printf '  %-28s %-24s -> %s\n' "$1" MISSING "$4"
    missing=$((missing + 1))
  fi
}

site_packages() { echo "$root"/.venv/lib/python3*/site-packages; }

# Version of a Python package of .venv, from the name of its metadata folder.
python_version() {
  local name=${1//-/[-_.]} folder
  folder=$(find "$(site_packages)" -maxdepth 1 -iname "$name-*.dist-info" 2>/dev/null | head -1)
  [ -z "$folder" ] || basename "$folder" .dist-info | sed 's/.*-//'
}

echo "system ($(. /etc/os-release && echo "$PRETTY_NAME"), $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB)"
while read -r name _; do
  version=$(dpkg-query -W -f '${Status} ${Version}' "$name" 2>/dev/null | sed -n 's/^install ok installed //p')
  report "$name" "$version" apt "apt-get install --no-install-recommends $name, or ./dev setup"
done < <(pins apt "$@")

echo "python"
report .venv "$([ -x "$venv_python" ] && "$venv_python" -V | cut -d' ' -f2)" .venv "./dev setup"
while read -r name wanted _; do
  version=$(python_version "$name")
  [ -z "$version" ] || [ "$version" = "$wanted" ] || version="$version (pinned: $wanted)"
  report "$name" "$version" .venv "./dev setup"
done < <(pins wheel "$@"; pins pip "$@")

echo "engines"
ort=${ONNXRUNTIME_DIR:-.deps/onnxruntime}
library=$(readlink -f "$ort/lib/libonnxruntime.so" 2>/dev/null || true)
report onnxruntime "$([ -e "$library" ] && basename "$library" | sed 's/libonnxruntime.so.//')" "$ort" "./dev setup"
ov=${INTEL_OPENVINO_DIR:-.deps/openvino}
library=$(find -L "$ov" -maxdepth 4 -name 'libopenvino.so*' 2>/dev/null | head -1)
! wants openvino "$@" || report openvino "$([ -e "$library" ] && basename "$library" | sed 's/libopenvino.so.//')" "$ov" "./dev setup"
ncnn=${ncnn_DIR:-.deps/ncnn/lib/cmake/ncnn}
library=$(grep -s '^set(PACKAGE_VERSION "' "$ncnn/ncnnConfigVersion.cmake" | cut -d'"' -f2)
! wants ncnn "$@" || report ncnn "$library" "$ncnn" "./dev setup"

echo "build"
for file in build/CMakeCache.txt build/bin/mmdeploy build/lib/libmmdeploy.so; do
  report "$file" "$([ -e "$file" ] && date -r "$file" '+%Y-%m-%d %H:%M')" "" "./dev build"
done
report cache "$([ -d "$cache" ] && du -sh "$cache" | cut -f1)" "${cache/#$HOME/\~}" "./dev setup"
[ ! -x build/bin/mmdeploy ] || { echo "mmdeploy doctor"; build/bin/mmdeploy doctor | sed 's/^/  /' || missing=$((missing + 1)); }
echo "$missing missing"
[ $missing = 0 ]
