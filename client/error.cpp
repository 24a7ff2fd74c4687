#include "client/error.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include "client/printable.h"

namespace signet::client {

namespace {

std::string sentence(const std::string& what_failed, const std::string& why, const std::string& advice) {
    std::string text = what_failed + ": " + why;
    if (!advice.empty())
        text += "; " + advice;
    return text;
}

ExitStatus exit_status(cms::ErrorCode code) {
    switch (code) {
        case cms::ErrorCode::malformed:
        case cms::ErrorCode::too_large:
            return ExitStatus::malformed;
        case cms::ErrorCode::cannot_decrypt:
            return ExitStatus::answer_is_no;
        case cms::ErrorCode::unsupported:
        case cms::ErrorCode::failed:
            break;
    }
    return ExitStatus::other;
}

std::string advice_on(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
        case ELOOP:
        case ENAMETOOLONG:
            return "check the path";
        case EACCES:
        case EPERM:
        case EROFS:
            return "check who may use it and its folder";
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return "make room there, or name another place";
        default:
            return {};
    }
}

}  // namespace

Error::Error(ExitStatus status, std::string what_failed, std::string why, std::string advice)
    : std::runtime_error(sentence(what_failed, why, advice)),
      m_status(status),
      m_what_failed(std::move(what_failed)),
      m_why(std::move(why)),
      m_advice(std::move(advice)) {}

std::string error_line(const Error& error) {
    return "signet: " + printable(error.what()) + "\n";
}

Error from_cms(const cms::Error& error, std::string what_failed, std::string advice) {
    return {exit_status(error.code()), std::move(what_failed), error.what(), std::move(advice)};
}

Error from_errno(int number, std::string what_failed) {
    return {ExitStatus::other, std::move(what_failed), std::generic_category().message(number),
            advice_on(number)};
}

}  // namespace signet::client
