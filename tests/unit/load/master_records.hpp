/// \file  A sink that keeps everything, and a reader into it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "load/master_file.hpp"

namespace arpad {

/// Keeps records and flaws as lines of text.
class RecordingSink : public MasterSink {
public:
    /// `3:1 owner. TTL TYPE hex`
    std::vector<std::string> records;
    /// `3:1 message`
    std::vector<std::string> flaws;

    void take_record(MasterRecord record) override {
        std::string hex;
        for (const std::uint8_t octet : record.rdata) hex += fmt::format("{:02x}", octet);
        records.push_back(fmt::format("{} {} {} {}", record.owner.to_text(),
                                      record.ttl ? fmt::format("{}", record.ttl->seconds) : "-",
                                      to_text(record.type), hex));
        last = std::move(record);
    }

    void take_flaw(MasterFlaw flaw) override {
        flaws.push_back(fmt::format("{}:{}:{} {}", flaw.file, flaw.place.line, flaw.place.column,
                                    flaw.message));
        advice.push_back(std::move(flaw.advice));
    }

    std::vector<std::string> advice;  ///< Of each flaw.
    MasterRecord last;                ///< The last record; its `file` must not be read.
};

}  // namespace arpad
