#include "runner/report/verdict.hpp"

namespace runner {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::none:
      return "";
    case Verdict::diverged:
      return "diverged";
    case Verdict::did_not_learn:
      return "did_not_learn";
    case Verdict::fits:
      return "fits";
    case Verdict::perhaps:
      return "perhaps";
    case Verdict::overfits:
      return "overfits";
  }
  return "";
}

}  // namespace runner
