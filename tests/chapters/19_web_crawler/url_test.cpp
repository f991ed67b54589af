// Addresses: RFC 3986's examples, a browser's cases, and what is refused. (Chapter 19)
#include "19_web_crawler/url.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "fuzz/check_page.h"
#include "support/paths.h"

namespace book::crawl {
namespace url_test {

std::string resolved(const std::string& base, const std::string& reference) {
  const UrlResult from = parse_url(base);
  EXPECT_TRUE(from) << base << ": " << from.why;
  const UrlResult result = resolve_url(from.url, reference);
  return result ? result.url.to_string() : result.why;
}

// RFC 3986, 5.4.1 and 5.4.2, in the page http://a/b/c/d;p?q.
TEST(Url, ResolvesTheExamplesOfTheRfc) {
  const std::pair<const char*, const char*> rows[] = {
      {"g:h", "g"},  // another scheme
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g#s/./x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
      {"http:g", "http://a/b/c/g"},
  };
  for (const auto& [reference, meant] : rows)
    EXPECT_EQ(resolved("http://a/b/c/d;p?q", reference), meant) << reference;
}

/// "\t", "\\", "\x1f" of the table's lines.
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'x') {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
  }
  return out;
}

TEST(Url, DoesWhatBrowsersDoOrRefuses) {
  std::ifstream table(test::source_dir() / "tests/chapters/19_web_crawler/whatwg_urls.txt");
  ASSERT_TRUE(table);
  std::string base;
  int same = 0, refused = 0, accepted = 0, no = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with("# ")) continue;
    if (line.starts_with("base ")) {
      base = line.substr(5);
      continue;
    }
    const std::size_t tab = line.rfind('\t');
    const std::string text = unescaped(line.substr(0, tab)), meant = line.substr(tab + 1);
    const UrlResult from = base == "-" ? UrlResult{} : parse_url(base);
    const UrlResult result = base == "-" ? parse_url(text) : resolve_url(from.url, text);
    EXPECT_NE(result.kind, UrlResult::Kind::other) << line;
    if (meant == "no") {
      ++no;
      accepted += result ? 1 : 0;
      EXPECT_FALSE(result) << line << ": " << result.url.to_string();
    } else if (result) {
      ++same;
      EXPECT_EQ(result.url.to_string(), meant) << line;
    } else {
      ++refused;
      EXPECT_NE(result.why, "");
    }
  }
  // What is refused is names and passwords, names that are not ASCII, and odd numbers for a host.
  EXPECT_EQ(same, 136);
  EXPECT_EQ(refused, 39);
  EXPECT_EQ(no, 83);
  EXPECT_EQ(accepted, 0);
}

TEST(Url, SaysWhyItRefuses) {
  const std::pair<const char*, const char*> rows[] = {
      {"https://a/", "https"},
      {"mailto:x@y", "mailto"},
      {"JavaScript:void(0)", "javascript"},
      {"http://x:y@a/", "an address with a name or a password in it"},
      {"http://b\xc3\xbc\x63her.example/", "the name of a host that is not ASCII"},
      {"http://0x7f.1/", "a number for a host"},
      {"http://[::g]/", "not an IPv6 address"},
      {"http://a:70000/", "a port over 65535"},
      {"http://a:b/", "a port that is no number"},
      {"http:///", "no host"},
      {"http://a%zz/", "a host with a lone '%'"},
  };
  for (const auto& [text, why] : rows) EXPECT_EQ(resolved("http://h/", text), why) << text;
  EXPECT_EQ(parse_url("b.html").why, "not an address: it does not begin with http://");
  EXPECT_EQ(resolved("http://h/", std::string(kMostUrl, 'a')),
            "an address of more than 2000 bytes");
}

TEST(Url, HasOneKeyAPage) {
  const std::pair<const char*, const char*> rows[] = {
      {"http://A.example:80/x#top", "http://a.example/x"},
      {"http://a/%7Euser/%41%2f", "http://a/~user/A%2F"},
      {"http://a/b/", "http://a/b/"},  // the slash stays: /b may redirect here
      {"http://a/b", "http://a/b"},
      {"http://a?x=%3d", "http://a/?x=%3D"},
      {"http://a/x?", "http://a/x?"},
      {"http://a:8080/./x/../y", "http://a:8080/y"},
  };
  for (const auto& [text, key] : rows) EXPECT_EQ(parse_url(text).url.key(), key) << text;
}

TEST(Url, IsTheSameWhenItIsReadAgain) {
  for (const char* text :
       {"..//%2e%2e/x?a#b", "\\\\h\\x y", "http:a?\"<>'", "//[::FFFF:1.2.3.4]:7"})
    EXPECT_EQ(fuzz::check_page(text), "") << text;
}

}  // namespace url_test
}  // namespace book::crawl
