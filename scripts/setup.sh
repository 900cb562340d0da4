# Steps that make a checkout ready: system packages, .venv, .deps. Sourced by `dev` after lib.sh.
# Each takes the parts of dependencies.txt that it is for, none for all, and does only what is not done yet.

# Packages of Debian 12 that are not installed yet.
missing_apt() {
  pins apt "$@" | while read -r name _; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

require_debian_12() {
  if [ -r /etc/os-release ] && (. /etc/os-release; [ "$ID-${VERSION_ID:-}" = debian-12 ]); then return; fi
  [ "${MMDEPLOY_ANY_SYSTEM:-0}" = 1 ] && return
  {
    echo "This is not Debian 12, the system that ./dev knows how to set up. It would install:"
    echo "  system packages: $(pins apt "$@" | awk '{ printf "%s ", $1 }')"
    echo "  into .venv: $(pins wheel "$@" | awk '{ printf "%s %s ", $1, $2 }') and $(pins pip "$@" | wc -l) packages of dependencies.txt"
    echo "  into .deps: ONNX Runtime (library of the Python package, headers of $(pins deb | awk '{ print $1, $2 }'))"
    echo "              OpenVINO (all of it from the Python package), ncnn (built from its Python package's sources)"
  } >&2
  die "set MMDEPLOY_ANY_SYSTEM=1 to go on with the tools that are installed here (no system package is touched then)"
}

install_apt() {
  local sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "run as root or install sudo"; return 1; }
    sudo=sudo
  fi
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -q
  # One flush at the end instead of one per file, as Debian's installer does it.
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-unsafe-io install -y -q \
    --no-install-recommends "$@"
  sync
}

setup_system() {
  local missing
  [ "${MMDEPLOY_ANY_SYSTEM:-0}" = 1 ] && return
  missing=$(missing_apt "$@")
  [ -z "$missing" ] && return
  # shellcheck disable=SC2086  # one word per package
  step apt "system packages ($(wc -w <<<"$missing") missing, about 2 minutes on a bare system)" install_apt $missing
}

# Compiled when imported: most modules never are.
pip_install() { "$venv_python" -m pip install --disable-pip-version-check --no-deps --no-compile "$@"; }

make_venv() {
  # That of another checkout would be emptied.
  [ ! -L "$root/.venv" ] || { echo ".venv is a link: remove it, this checkout needs one of its own"; return 1; }
  /usr/bin/python3 -m venv --clear --system-site-packages "$root/.venv"
  printf '%s\n' "$root" "$root/build/lib" >"$("$venv_python" -c 'import site; print(site.getsitepackages()[0])')/mmdeploy.pth"
}

# install_pins [PART...]: packages are kept in the cache, so that a second checkout on this machine needs no network.
install_pins() {
  local list="$root/.venv/requirements.txt"
  pins pip "$@" | awk '{ print $1 "==" $2 }' >"$list"
  mkdir -p "$cache/pip"
  if ! pip_install --no-index --find-links "$cache/pip" -r "$list"; then
    "$venv_python" -m pip download --no-deps --find-links "$cache/pip" -d "$cache/pip" -r "$list"
    pip_install --no-index --find-links "$cache/pip" -r "$list"
  fi
  # mmseg and mmpose install their tests under a name that hides ours.
  rm -rf "$root"/.venv/lib/python3*/site-packages/tests
}

# What a compiled wheel depends on.
wheel_key() {
  { echo "$1 $2"; c++ -dumpfullversion; /usr/bin/python3 -V
    dpkg-query -W python3-torch 2>/dev/null || "$venv_python" -c 'import torch; print(torch.__version__)'; } | hash_of
}

# build_wheel NAME VERSION DIR [WITH_OPS]: puts the wheel into DIR. The source stays in the cache until then, so that an
# interrupted build goes on where it stopped. -g0: debug information would make it twice as slow.
build_wheel() {
  local name=$1 version=$2 dir=$3 with_ops=${4:-1} source="$cache/source/$1-$2-$(basename "$3")"
  if [ ! -e "$source/.unpacked" ]; then
    rm -rf "$source"
    mkdir -p "$source/sdist"
    "$venv_python" -m pip download --no-deps --no-build-isolation --no-binary "$name" -d "$source/sdist" "$name==$version"
    tar xzf "$source/sdist/"*.tar.gz -C "$source" --strip-components=1
    touch "$source/.unpacked"
  fi
  (cd "$source" && MMCV_WITH_OPS=$with_ops FORCE_CUDA=0 MAX_JOBS=$(nproc) CFLAGS=-g0 \
    "$venv_python" -m pip wheel -v --no-build-isolation --no-deps -w "$source/wheel" .)
  mkdir -p "$dir"
  cp "$source/wheel/"*.whl "$dir/.partial"
  mv "$dir/.partial" "$dir/$(basename "$source/wheel/"*.whl)"
  rm -rf "$source"
}

# A light package of the demo and the wheel that takes its place install the same files: one of them at a time.
setup_light() {
  local name version dir
  while read -r name version _; do
    dir="$cache/wheel/$(wheel_key "$name" "$version")"
    [ ! -e "$root/.venv/stamp/$name-full" ] || continue
    if ! compgen -G "$dir/*.whl" >/dev/null; then
      step "wheel-$name" "$name $version without operators" build_wheel "$name" "$version" "$dir" 0
    fi
    stamped "$root/.venv/stamp/$name" "$(basename "$dir")" "install-$name" "$name $version" pip_install "$dir/"*.whl
  done < <(pins light)
}

remove_light() {
  local name
  while read -r name _; do
    [ -e "$root/.venv/stamp/$name" ] || continue
    step "remove-$name" "$name makes room for $name-full" "$venv_python" -m pip uninstall -y "$name"
    rm "$root/.venv/stamp/$name"
  done < <(pins light)
}

setup_wheels() {
  local name version dir
  remove_light
  while read -r name version _; do
    dir="$cache/wheel/$(wheel_key "$name" "$version")"
    if ! compgen -G "$dir/*.whl" >/dev/null; then
      step "wheel-$name" "$name $version from source (once per machine, mmcv-full takes 8 minutes on 2 cores)" build_wheel "$name" "$version" "$dir"
    fi
    stamped "$root/.venv/stamp/$name" "$(basename "$dir")" "install-$name" "$name $version" pip_install "$dir/"*.whl
  done < <(pins wheel)
}

setup_python() {
  local stamp="$root/.venv/stamp/pins" all
  all=$(pins pip | hash_of)
  stamped "$root/.venv/stamp/venv" "$(/usr/bin/python3 -V) $root" venv "Python environment .venv" make_venv
  if [ $# -gt 0 ]; then
    # All of them include those of every part.
    if [ "$(cat "$stamp" 2>/dev/null)" != "$all" ]; then
      stamped "$stamp-$(tr ' ' - <<<"$*")" "$(pins pip "$@" | hash_of)" pip \
        "$(pins pip "$@" | wc -l) Python packages (about a minute)" install_pins "$@"
    fi
    setup_light
    return
  fi
  stamped "$stamp" "$all" pip "$(pins pip | wc -l) Python packages (about 2 minutes)" install_pins
  setup_wheels
}

# fetch_deb NAME VERSION SHA256: the package file in the cache. A list of a newer release is used for this
# download alone; its address is the one this machine already uses for its own release.
fetch_deb() {
  local name=$1 version=$2 sha256=$3 work uri
  work=$(mktemp -d)
  mkdir -p "$cache/deb" "$work/lists/partial" "$work/cache/archives/partial"
  uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' | awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
  [ -n "$uri" ] || { echo "no apt source of Debian 12 found; set ONNXRUNTIME_DIR to an unpacked release of ONNX Runtime"; return 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie main" >"$work/sources.list"
  local options=(-o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$work/lists"
    -o Dir::Cache="$work/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none)
  apt-get "${options[@]}" update -q
  (cd "$work" && apt-get "${options[@]}" download "$name=$version")
  echo "$sha256  $(echo "$work/$name"_*.deb)" | sha256sum --check
  mv "$work/$name"_*.deb "$cache/deb/$name-$version.deb"
  rm -rf "$work"
}

# ONNX Runtime for C++: the library of the Python package, the headers of Debian's.
make_onnxruntime() {
  local name version sha256 target="$root/.deps/onnxruntime" new="$root/.deps/onnxruntime.new" library
  read -r name version sha256 < <(pins deb)
  [ -e "$cache/deb/$name-$version.deb" ] || fetch_deb "$name" "$version" "$sha256"
  rm -rf "$new" "$target"
  mkdir -p "$new/include" "$new/lib" "$new/unpacked"
  dpkg -x "$cache/deb/$name-$version.deb" "$new/unpacked"
  cp "$new/unpacked/usr/include/onnxruntime/"*.h "$new/include/"
  rm -rf "$new/unpacked"
  library=$(echo "$root"/.venv/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*.*)
  ln -s "../../../${library#"$root"/}" "$new/lib/$(basename "$library")"
  ln -s "$(basename "$library")" "$new/lib/libonnxruntime.so.1"
  ln -s libonnxruntime.so.1 "$new/lib/libonnxruntime.so"
  mv "$new" "$target"
}

# OpenVINO for C++: the Python package holds headers, libraries and CMake files.
make_openvino() {
  local package
  package=$(echo "$root"/.venv/lib/python3*/site-packages/openvino)
  mkdir -p "$root/.deps"
  ln -sfn "../${package#"$root"/}" "$root/.deps/openvino"
}

# What a compiled ncnn depends on.
ncnn_key() { { echo "$1"; c++ -dumpfullversion; declare -f build_ncnn; } | hash_of; }

# build_ncnn VERSION DIR: installs headers and the static library into DIR. The source package calls itself by the
# date of today, which only pip's older resolver takes for the pinned version. What is unpacked stays until it is built.
build_ncnn() {
  local version=$1 dir=$2 source="$cache/source/ncnn-$1-$(basename "$2")"
  if [ ! -e "$source/.unpacked" ]; then
    rm -rf "$source"
    mkdir -p "$source/sdist"
    "$venv_python" -m pip download --use-deprecated=legacy-resolver --no-deps --no-build-isolation --no-binary ncnn \
      -d "$source/sdist" "ncnn==$version"
    tar xzf "$source/sdist/"*.tar.gz -C "$source" --strip-components=1
    touch "$source/.unpacked"
  fi
  cmake -S "$source" -B "$source/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$dir.partial" \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DNCNN_SHARED_LIB=OFF -DNCNN_VULKAN=OFF -DNCNN_OPENMP=ON -DNCNN_PYTHON=OFF \
    -DNCNN_BUILD_TOOLS=OFF -DNCNN_BUILD_EXAMPLES=OFF -DNCNN_BUILD_BENCHMARK=OFF -DNCNN_BUILD_TESTS=OFF \
    -DNCNN_DISABLE_RTTI=OFF -DNCNN_DISABLE_EXCEPTION=OFF -DNCNN_PIXEL=OFF
  cmake --build "$source/build" -j "$(nproc)"
  rm -rf "$dir.partial" "$dir"
  cmake --install "$source/build"
  mv "$dir.partial" "$dir"
  rm -rf "$source"
}

# ncnn for C++: built from the sources in its Python package.
make_ncnn() {
  ln -sfn "$1" "$root/.deps/ncnn"
}

setup_ncnn() {
  local version dir
  read -r _ version _ < <(pins source | grep '^ncnn ')
  dir="$cache/ncnn/$(ncnn_key "$version")"
  if [ ! -e "$dir" ]; then
    step build-ncnn "ncnn $version from source (once per machine, about 6 minutes on 2 cores)" build_ncnn "$version" "$dir"
  fi
  stamped "$root/.deps/stamp/ncnn" "$(basename "$dir")" ncnn "ncnn $version for C++ in .deps" make_ncnn "$dir"
}

# wants PART [PARTS...]: whether PART is among the parts that are set up.
wants() { [ $# = 1 ] || [[ " ${*:2} " == *" $1 "* ]]; }

setup_engines() {
  if [ -z "${ONNXRUNTIME_DIR:-}" ]; then
    stamped "$root/.deps/stamp/onnxruntime" "$(pins deb; pins pip | grep '^onnxruntime ')" onnxruntime \
      "ONNX Runtime for C++ in .deps" make_onnxruntime
  fi
  if wants openvino "$@" && [ -z "${OpenVINO_DIR:-}${INTEL_OPENVINO_DIR:-}" ]; then
    stamped "$root/.deps/stamp/openvino" "$(pins pip | grep '^openvino ')" openvino "OpenVINO for C++ in .deps" \
      make_openvino
  fi
  if wants ncnn "$@" && [ -z "${ncnn_DIR:-}" ]; then setup_ncnn; fi
}

check_parts() {
  local part
  for part in "$@"; do
    part_names | grep -qx -- "$part" || die "there is no part '$part'; parts: $(part_names | paste -sd' ')"
  done
}

# setup [PART...]: every part adds to the demo's.
setup() {
  local part parts=()
  for part in "$@"; do
    [ "$part" = demo ] || parts+=("$part")
  done
  [ $# = 0 ] || parts=(demo "${parts[@]}")
  require_debian_12 "${parts[@]}"
  setup_system "${parts[@]}"
  setup_python "${parts[@]}"
  setup_engines "${parts[@]}"
}

# What a run of everything will add to what is here, a line each with the time it takes on 2 cores.
later() {
  local count name version
  count=$(missing_apt | wc -l)
  [ "$count" = 0 ] || echo "  $count system packages, about a minute"
  if [ "$(cat "$root/.venv/stamp/pins" 2>/dev/null)" != "$(pins pip | hash_of)" ]; then
    echo "  $(($(pins pip | wc -l) - $(pins pip demo | wc -l))) Python packages, among them all code bases, OpenVINO and ruff, about a minute"
  fi
  while read -r name version _; do
    compgen -G "$cache/wheel/$(wheel_key "$name" "$version")/*.whl" >/dev/null ||
      echo "  $name $version from source, $([ "$name" = mmcv-full ] && echo '8 minutes' || echo 'some seconds')"
  done < <(pins wheel)
  read -r _ version _ < <(pins source | grep '^ncnn ')
  [ -e "$cache/ncnn/$(ncnn_key "$version")" ] || echo "  ncnn $version from source, 6 minutes"
  [ "$(cut -d' ' -f1 "$root/build/.configured")" = release ] || echo "  the other engines and the test programs, 9 minutes"
}
