# `./dev test`: every C++ and Python test, then one total line. Sourced by `dev`.

status=0
split=()
rm -f build/log/ctest.xml build/log/pytest.xml
if [ $# -eq 0 ]; then
  echo "==> C++ tests"
  ctest --test-dir build --output-on-failure -j2 --output-junit "$logs/ctest.xml" || status=1
  echo "==> Python tests"
  # A file is one process's, with what its fixtures convert.
  split=(-n "$(nproc)" --dist loadfile)
fi
"$venv_python" -m pytest -q "${split[@]}" --junitxml="$logs/pytest.xml" "$@" || status=1
"$venv_python" scripts/test_total.py "$logs/ctest.xml" "$logs/pytest.xml" || status=1
exit $status
