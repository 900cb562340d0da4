# `./dev demo`: a trained PyTorch classifier becomes an SDK model and runs in C++ on images. Sourced by `dev`.

zoo=zoo/mmcls
config=$(echo "$zoo"/*_digits.py)
checkpoint=${config%.py}.pth
images=("$zoo"/images/*.png)
for file in "$config" "$checkpoint" "${images[0]}"; do
  [ -e "$file" ] || die "the demo needs $file, which this checkout lacks"
done

convert() {
  rm -rf build/demo
  "$venv_python" tools/deploy.py configs/mmcls/classification_onnxruntime_dynamic.py \
    "$config" "$checkpoint" "${images[0]}" --work-dir build/demo/model --dump-info
}

# Converted again only if something that the model is made from has changed.
model_key=$({ cat "$config" "$checkpoint"; find mmdeploy configs tools -name '*.py' -exec cat {} +; } | hash_of)
stamped build/demo/.model "$model_key" demo-convert "convert $(basename "$config" .py) to ONNX Runtime" convert
step demo-verify "verify it against PyTorch's golden tensors" build/bin/mmdeploy verify build/demo/model
echo "==> run it in C++"
build/bin/mmdeploy infer build/demo/model "${images[@]}" --out build/demo/out
echo "The model is in build/demo/model, the pictures with their labels are in build/demo/out:"
printf '  %s\n' build/demo/out/*
echo "done in $(seconds_since "$start")"
