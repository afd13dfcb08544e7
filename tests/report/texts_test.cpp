// What names, descriptions, paths and configs may hold, and no output of the layer hands on.

#include "runner/error/printable.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/live.hpp"
#include "runner/report/page.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using testing::HasSubstr;
using Json = nlohmann::json;

/// Escape sequences, line ends, a NUL, C1 controls, turned text, what is not seen, and no UTF-8.
const std::string wild =
    std::string("w\x1b[2J\n\t\r\x7F\0", 10) +
    "\u0085\u009B2J\u202E\u2066\u061C\u200B\u2028\u2029\uFEFF</script><b>\xFF\xC0\x80\x9B";

ResultsData made(const std::string& name, const std::string& file) {
  ResultsData data = results(
      1, {ending(spec(10, 1), 0.75f, 0.5f), ending(spec(20, 1), 1, 0.5f), ending(spec(20, 2), 1, 0.25f)});
  data.name = name;
  data.file = file;
  Json config{{"description", wild}};
  data.effective_config = config.dump(-1, ' ', false, Json::error_handler_t::replace);
  Origin& origin = data.origin;
  origin.data.name = "d" + wild;
  origin.data.directory = "/data/" + wild;
  origin.config_text = "{\r\n\t" + wild + "\r\n}\n";
  origin.config_file = wild;
  origin.runner_version = origin.kernel = origin.processor = wild;
  for (DatasetFile& f : origin.data.files) f = {wild, wild};
  return data;
}

/// Two, whose names are told from each other by their paths.
std::vector<ResultsData> two() {
  std::vector<ResultsData> files{made(wild, "a/" + wild), made(wild, "b/" + wild)};
  files.back().origin.data.name = "other";
  return files;
}

/// Apart from line ends, which texts of several lines have.
void expect_printable(const std::string& text) {
  std::string lines;
  std::copy_if(text.begin(), text.end(), std::back_inserter(lines), [](char c) { return c != '\r'; });
  EXPECT_EQ(printable_lines(text), lines);
}

void expect_printable(const Json& json) {
  if (json.is_string()) expect_printable(json.get<std::string>());
  if (json.is_structured())
    for (const Json& part : json) expect_printable(part);
}

TEST(Texts, OfTablesAndScreensArePrintable) {
  for (const std::vector<ResultsData>& files : {std::vector<ResultsData>{made(wild, wild)}, two()}) {
    expect_printable(to_table(compare(files)));
    for (const std::string& name : names_of(files)) EXPECT_EQ(printable(name), name);
    for (const Effect& effect : effects_of(files, "hidden_size")) {
      EXPECT_EQ(printable(effect.name), effect.name);
      expect_printable(to_table(effect));
    }
    expect_printable(to_screen(files.front(), "cannot be read now: " + wild, {}));
  }
  EXPECT_EQ(printable(effect_of(made(wild, wild), "hidden_size").name), printable(wild));
}

TEST(Texts, OfCsvAndJsonArePrintable) {
  for (const std::vector<ResultsData>& files : {std::vector<ResultsData>{made(wild, wild)}, two()}) {
    const std::vector<Effect> effects = effects_of(files, "hidden_size");
    const std::string csv = to_csv(compare(files));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\r'), std::ssize(compare(files).configurations) + 1);
    for (const std::string& text : {csv, to_csv(effects)}) expect_printable(text);
    for (const std::string& text : {to_json(compare(files)), to_json(effects)}) {
      expect_printable(text);
      expect_printable(Json::parse(text));
    }
  }
}

TEST(Texts, OfFiguresArePrintable) {
  for (const Figure& figure : figures(made(wild, wild))) expect_printable(figure.svg);
}

TEST(Texts, OfPagesArePrintable) {
  for (const std::vector<ResultsData>& files : {std::vector<ResultsData>{made(wild, wild)}, two()}) {
    const std::string page = to_page(files), begin = R"(<script type="application/json" id="data">)";
    const std::size_t from = page.find(begin) + begin.size();
    const std::string data = page.substr(from, page.find("</script>", from) - from);
    expect_printable(data);
    expect_printable(Json::parse(data));
  }
  const std::string page = to_page(made("plain", "plain.h5"));
  EXPECT_THAT(page, HasSubstr(R"("config":"{\n\tw�[2J\n)"));
}

TEST(Texts, ADescriptionThatIsNoTextIsNone) {
  ResultsData data = made("plain", "plain.h5");
  data.effective_config = R"({"description": 3})";
  EXPECT_THAT(to_page(data), HasSubstr(R"("description":"")"));
}

}  // namespace
}  // namespace runner
