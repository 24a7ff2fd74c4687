#include "client/commands/text_block.h"

#include <algorithm>

#include "client/printable.h"

namespace signet::client::commands {

namespace {

constexpr std::size_t name_width = 12;

}  // namespace

void TextBlock::heading(std::string_view text) {
    if (!m_text.empty())
        m_text += '\n';
    m_text += printable(text) + '\n';
}

void TextBlock::line(std::string_view name, std::string_view value) {
    if (value.empty())
        return;
    m_text += "  ";
    m_text += name;
    m_text.append(name_width - std::min(name.size(), name_width - 1), ' ');
    m_text += printable(value) + '\n';
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items)
        text += (text.empty() ? "" : ", ") + item;
    return text;
}

}  // namespace signet::client::commands
