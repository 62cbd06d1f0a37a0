#include "control/metrics_text.hpp"

#include <gtest/gtest.h>

namespace arpad {
namespace {

TEST(MetricsText, FamilyHasHelpTypeAndSamples) {
    MetricsText text;
    text.begin("arpad_replies_total", "counter", "Replies sent.");
    text.add({{"transport", "udp"}, {"rcode", "NOERROR"}}, 12'345'678);
    text.add({{"transport", "tcp"}, {"rcode", "NOERROR"}}, 0);
    EXPECT_EQ(text.take(),
              "# HELP arpad_replies_total Replies sent.\n"
              "# TYPE arpad_replies_total counter\n"
              "arpad_replies_total{transport=\"udp\",rcode=\"NOERROR\"} 12345678\n"
              "arpad_replies_total{transport=\"tcp\",rcode=\"NOERROR\"} 0\n");
}

TEST(MetricsText, SampleMayBeAlone) {
    MetricsText text;
    text.put("up", "gauge", "Up.", 0.25);
    EXPECT_EQ(text.take(), "# HELP up Up.\n# TYPE up gauge\nup 0.25\n");
}

TEST(MetricsText, LabelsAreEscaped) {
    MetricsText text;
    text.begin("a", "gauge", "A.");
    text.add({{"file", "a\"b\\c\nd"}}, 1);
    EXPECT_TRUE(text.take().ends_with("a{file=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST(MetricsText, HistogramsHaveSuffixes) {
    MetricsText text;
    text.begin("h", "histogram", "H.");
    text.add({{"le", "+Inf"}}, 3, "_bucket");
    text.add({}, 3, "_count");
    EXPECT_TRUE(text.take().ends_with("h_bucket{le=\"+Inf\"} 3\nh_count 3\n"));
}

}  // namespace
}  // namespace arpad
