#include <stddef.h>
#include <stdint.h>

/* libFuzzer as a library (https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library"): the toolchain has the
   library, and no header for it. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t limit);
