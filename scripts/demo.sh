# `./dev demo`: a trained PyTorch classifier becomes an SDK model and runs in C++ on images. Sourced by `dev`.

name=resnet18_digits
config=zoo/mmcls/$name.py
checkpoint=zoo/mmcls/$name.pth
model=build/demo/$name

make_digits() { "$venv_python" zoo/mmcls/make_digits.py --out build/zoo/digits; }

convert() {
  rm -rf "$model"
  "$venv_python" tools/deploy.py configs/mmcls/classification_onnxruntime_dynamic.py \
    "$config" "$checkpoint" "${images[0]}" --work-dir "$model" --dump-info
}

# One scan of each class that the classifier has not seen.
stamped build/demo/.digits "$(hash_of <zoo/mmcls/make_digits.py)" demo-images "handwritten digits" make_digits
images=()
for folder in build/zoo/digits/test/*/; do
  files=("$folder"*.png)
  images+=("${files[0]}")
done

# Converted again only if something that the model is made from has changed.
model_key=$({ cat "$config" "$checkpoint"; find mmdeploy configs tools -name '*.py' ! -name '*_test.py' -exec cat {} +; } | hash_of)
[ -e "$model/deploy.json" ] || rm -f build/demo/.model
stamped build/demo/.model "$model_key" demo-convert "convert $name from PyTorch to ONNX Runtime" convert
step demo-verify "verify it stage by stage against PyTorch's results" build/bin/mmdeploy verify "$model"
rm -rf build/demo/out
echo "==> classify a held-out scan of each digit in C++"
build/bin/mmdeploy infer "$model" "${images[@]}" --out build/demo/out
echo "The SDK model is in $model, the pictures with their labels are in build/demo/out."
echo "done in $(seconds_since "$start")"
more=$(later)
[ -z "$more" ] || printf './dev test adds, once on this machine:\n%s\n' "$more"
