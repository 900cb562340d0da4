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

# The whole SDK on the demo's model.
model=build/demo/resnet18_digits
if [ -z "$pattern" ] || [[ sdk_speed == *"$pattern"* ]]; then
  found=1
  echo "==> sdk_speed"
  if [ -e "$model/deploy.json" ]; then
    build/bin/sdk_speed "$model" "$(find demo/data -name '*.jpg' | head -1)"
  else
    echo "left out: it measures the demo's model, run ./dev demo first"
  fi
fi

# Our call beside the engine's own, on tiny networks and the demo's model.
if [ -z "$pattern" ] || [[ engine_overhead == *"$pattern"* ]]; then
  found=1
  echo "==> engine_overhead"
  models=()
  [ -e "$model/deploy.json" ] && models+=("$model")
  build/bin/engine_overhead "${models[@]}"
fi
# Custom operators beside PyTorch's, mmcv's and ONNX Runtime's own.
if [ -z "$pattern" ] || [[ custom_ops == *"$pattern"* ]]; then
  found=1
  echo "==> custom_ops"
  "$venv_python" -m benchmarks.custom_ops --seconds 1
fi
# Pre- and post-processing of detectors beside what users write, masks beside mmdet.
if [ -z "$pattern" ] || [[ detectors == *"$pattern"* ]]; then
  found=1
  echo "==> detectors"
  "$venv_python" -m benchmarks.detectors
fi
# Label maps and restored images beside what users write.
if [ -z "$pattern" ] || [[ dense == *"$pattern"* ]]; then
  found=1
  echo "==> dense"
  "$venv_python" -m benchmarks.dense
fi
# Text: heads and cutting words out beside mmocr and OpenCV, pages beside plain code.
if [ -z "$pattern" ] || [[ ocr == *"$pattern"* ]]; then
  found=1
  echo "==> ocr"
  "$venv_python" -m benchmarks.ocr
fi
# Our conversion to ncnn beside pnnx's, on models of torchvision and single patterns: some minutes.
if [ -z "$pattern" ] || [[ ncnn_convert == *"$pattern"* ]]; then
  found=1
  echo "==> ncnn_convert"
  "$venv_python" -m benchmarks.ncnn_convert --seconds 0.5
fi
[ $found = 1 ] || die "no benchmark's name holds '$pattern'; there are: $(cd build/bin && echo *_bench)"
