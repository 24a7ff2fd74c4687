// Lines of a name and a value, as people read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace signet::client::commands {

/// Collects text for a person. Names are padded to one width; values are made printable; an empty value gets
/// no line.
class TextBlock {
  public:
    /// A line that starts at the margin; after another one, with an empty line between.
    void heading(std::string_view text);
    void line(std::string_view name, std::string_view value);
    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

  private:
    std::string m_text;
};

/// `items` with ", " in between.
[[nodiscard]] std::string joined(const std::vector<std::string>& items);

}  // namespace signet::client::commands
