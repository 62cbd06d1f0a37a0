#include "base/log_format.hpp"

#include <gtest/gtest.h>

#include <string>

namespace arpad {
namespace {

TEST(LogFormat, JsonStringsAreEscaped) {
    EXPECT_EQ(json_string(""), "\"\"");
    EXPECT_EQ(json_string("a \"b\" \\c"), "\"a \\\"b\\\" \\\\c\"");
    EXPECT_EQ(json_string(std::string("a\n\t\0b", 5)), "\"a\\n\\u0009\\u0000b\"");
}

TEST(LogFormat, JsonStringsKeepUtf8) {
    EXPECT_EQ(json_string("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"),
              "\"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
}

TEST(LogFormat, WhatIsNoUtf8IsReplaced) {
    const std::string replaced = "\"\xEF\xBF\xBD\"";
    for (const char* const octet : {"\x80", "\xC0", "\xC3", "\xF5", "\xFF"}) {
        EXPECT_EQ(json_string(octet), replaced) << static_cast<int>(octet[0]);
    }
    // Too long a form, a surrogate, beyond U+10FFFF: RFC 3629 3 and 4.
    EXPECT_EQ(json_string("\xE0\x80\x80").find('\xE0'), std::string::npos);
    EXPECT_EQ(json_string("\xED\xA0\x80").find('\xED'), std::string::npos);
    EXPECT_EQ(json_string("\xF4\x90\x80\x80").find('\xF4'), std::string::npos);
    EXPECT_EQ(json_string("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(LogFormat, NamesAreRead) {
    EXPECT_EQ(log_format_from_text("json"), LogFormat::json);
    EXPECT_EQ(log_format_from_text("JSON"), std::nullopt);
    EXPECT_EQ(log_level_from_text("debug"), LogLevel::debug);
    EXPECT_EQ(log_level_from_text("error"), LogLevel::error);
    EXPECT_EQ(log_level_from_text("fatal"), std::nullopt);
}

}  // namespace
}  // namespace arpad
