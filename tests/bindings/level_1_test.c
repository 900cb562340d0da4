// With MMDEPLOY_API_LEVEL 1 the names that collide have the signatures of MMDeploy 1.x.
#include <stdio.h>

#include "mmdeploy/classifier.h"

int main(int argc, char* argv[]) {
  mmdeploy_model_t model = NULL;
  mmdeploy_context_t context = NULL;
  mmdeploy_classifier_t classifier = NULL;
  if (argc != 2 || mmdeploy_model_create_by_path(argv[1], &model) ||
      mmdeploy_context_create_by_device("cpu", 0, &context) ||
      mmdeploy_classifier_create_v2(model, context, &classifier)) {
    fprintf(stderr, "%s\n", mmdeploy_last_error());
    return 1;
  }
  mmdeploy_classifier_destroy(classifier);
  mmdeploy_context_destroy(context);
  mmdeploy_model_destroy(model);
  return 0;
}
