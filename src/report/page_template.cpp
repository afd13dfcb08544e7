#include "page_template.hpp"

// Put together by CMake. Compilers take the file as it is faster, and larger, than as a string literal.
asm(".pushsection .rodata\n"
    ".globl runner_page_template_begin\n"
    ".globl runner_page_template_end\n"
    "runner_page_template_begin:\n"
    ".incbin \"" RUNNER_PAGE_TEMPLATE
    "\"\n"
    "runner_page_template_end:\n"
    ".popsection\n");

extern "C" {
extern const char runner_page_template_begin[];
extern const char runner_page_template_end[];
}

namespace runner {

std::string_view page_template() {
  return {runner_page_template_begin, runner_page_template_end};
}

}  // namespace runner
