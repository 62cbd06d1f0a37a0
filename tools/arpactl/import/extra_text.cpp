#include "import/extra_text.hpp"

#include <fmt/format.h>

#include "load/master_name.hpp"
#include "load/master_writer.hpp"

namespace arpad {

std::string relative_text(NameView owner, NameView apex) {
    if (owner == apex) return "@";
    std::string text = owner.to_text();
    const std::size_t apex_text = apex.is_root() ? 1 : apex.to_text().size() + 1;
    text.resize(text.size() - apex_text);
    return text;
}

std::string record_text(const ZoneRecord& record) {
    return fmt::format("{:<5}  {}", to_mnemonic(record.type),
                       rdata_to_text(record.type, record.rdata));
}

}  // namespace arpad
