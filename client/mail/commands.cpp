#include "client/mail/commands.h"

#include "client/mail/error.h"
#include "cms/error.h"

namespace signet::client::mail {

void in_the_words_of(const std::string& what_failed, const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        switch (error.code()) {
            case ErrorCode::malformed:
                throw client::Error(ExitStatus::malformed, what_failed, error.what());
            case ErrorCode::failed:
                throw client::Error(ExitStatus::other, what_failed, error.what());
        }
    } catch (const cms::Error& error) {
        throw from_cms(error, what_failed);
    } catch (const client::Error& error) {
        // "cannot sign" and the like: which message it was, where the library cannot know.
        if (!what_failed.starts_with(error.what_failed() + " ")) {
            throw;
        }
        throw client::Error(error.exit_status(), what_failed, error.why(), error.advice());
    }
}

}  // namespace signet::client::mail
