#include "client/mail/message_source.h"

#include "client/commands/program.h"
#include "client/input_file.h"
#include "client/mail/entity.h"
#include "client/mail/error.h"
#include "client/output_stream.h"

namespace signet::client::mail {

namespace {

constexpr std::size_t piece_size = std::size_t{256} << 10;

}  // namespace

std::string message_source(const commands::ParsedArguments& arguments) {
    return arguments.operands.empty() ? "-" : arguments.operands.front();
}

std::string output_of(const commands::ParsedArguments& arguments) {
    return arguments.has("output") ? arguments.text("output") : "-";
}

std::string read_message(const std::string& source) {
    InputFile input(source);
    std::string message;
    while (true) {
        const auto size = message.size();
        message.resize(size + piece_size);
        auto* const free = reinterpret_cast<std::uint8_t*>(message.data()) + size;
        const auto got = input.read({free, piece_size});
        message.resize(size + got);
        if (message.size() > max_message_size) {
            throw Error(ErrorCode::malformed, "the message is larger than 256 MiB");
        }
        if (got == 0) {
            return message;
        }
    }
}

void write_result(const std::string& path, std::string_view message, const std::string& report) {
    OutputStream output(path, Privacy::owner_only, Release::at_once);
    output.write(cms::as_bytes(message));
    output.flush();
    if (!report.empty()) {
        commands::print(report);
    }
    output.commit();
}

}  // namespace signet::client::mail
