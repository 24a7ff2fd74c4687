#include "tests/agent/flat_json.h"

#include "agent/utf8.h"

#include <cctype>
#include <stdexcept>

namespace signet::tests {
namespace {

class Reader {
  public:
    explicit Reader(std::string_view text) : m_text(text) {}

    std::map<std::string, std::string> object() {
        std::map<std::string, std::string> members;
        take('{');
        while (true) {
            const std::string name = string();
            take(':');
            if (!members.emplace(name, m_text.starts_with('"') ? string() : number()).second)
                throw std::runtime_error("a name twice");
            if (!m_text.starts_with(','))
                break;
            take(',');
        }
        take('}');
        if (!m_text.empty())
            throw std::runtime_error("bytes that follow");
        return members;
    }

  private:
    void take(char c) {
        if (!m_text.starts_with(c))
            throw std::runtime_error("expected another character");
        m_text.remove_prefix(1);
    }

    std::string number() {
        std::string digits;
        while (!m_text.empty() && std::isdigit(static_cast<unsigned char>(m_text[0])) != 0) {
            digits += m_text[0];
            m_text.remove_prefix(1);
        }
        if (digits.empty() || (digits.size() > 1 && digits[0] == '0'))
            throw std::runtime_error("no number");
        return digits;
    }

    std::string string() {
        std::string result;
        take('"');
        while (!m_text.starts_with('"')) {
            const auto [value, size] = agent::first_character(m_text);
            if (size == 0 || value < 0x20)
                throw std::runtime_error("no character of a string");
            if (value == '\\') {
                result += escape();
            } else {
                result += m_text.substr(0, size);
                m_text.remove_prefix(size);
            }
        }
        take('"');
        return result;
    }

    /// \" and \\ as themselves, \uXXXX as "<XXXX>".
    std::string escape() {
        take('\\');
        const char kind = m_text.empty() ? '\0' : m_text[0];
        if (kind == '"' || kind == '\\') {
            m_text.remove_prefix(1);
            return {kind};
        }
        take('u');
        std::string digits(m_text.substr(0, 4));
        if (digits.size() != 4 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
            throw std::runtime_error("a wrong escape");
        m_text.remove_prefix(4);
        return "<" + digits + ">";
    }

    std::string_view m_text;
};

}  // namespace

std::map<std::string, std::string> read_flat_json(std::string_view text) {
    return Reader(text).object();
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            throw std::runtime_error("the last line is not ended");
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return lines;
}

}  // namespace signet::tests
