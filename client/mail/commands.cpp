#include "client/mail/commands.h"

#include "client/content_opener.h"
#include "client/mail/error.h"
#include "cms/error.h"

namespace signet::client::mail {

namespace {

std::string mending(Origin origin) {
    return origin == Origin::received ? "ask the sender to send it again" : "mend the message";
}

client::Error in_words(const Error& error, const std::string& what_failed, Origin origin) {
    switch (error.code()) {
        case ErrorCode::malformed:
            return {ExitStatus::malformed, what_failed, error.what(),
                    error.advice().empty() ? mending(origin) : error.advice()};
        case ErrorCode::failed:
            break;
    }
    return {ExitStatus::other, what_failed, error.what(), "try again"};
}

client::Error in_words(const cms::Error& error, const std::string& what_failed, Origin origin) {
    const auto known = from_cms(error, what_failed);
    const bool malformed = error.code() == cms::ErrorCode::malformed;
    return {known.exit_status(), known.what_failed(), known.why(),
            malformed ? mending(origin) : known.advice()};
}

}  // namespace

void in_the_words_of(const std::string& what_failed, Origin origin, const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        throw in_words(error, what_failed, origin);
    } catch (const cms::Error& error) {
        throw in_words(error, what_failed, origin);
    } catch (const client::Error& error) {
        // "cannot sign" and the like: which message it was, where the library cannot know. What is opened may
        // be a part of what is being done.
        if (error.what_failed() != cannot_decrypt && !what_failed.starts_with(error.what_failed() + " ")) {
            throw;
        }
        throw client::Error(error.exit_status(), what_failed, error.why(), error.advice());
    }
}

}  // namespace signet::client::mail
