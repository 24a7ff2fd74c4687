// Owners for GMime's objects.
#pragma once

#include <gmime/gmime.h>

#include <memory>

namespace signet::client::mail {

struct GObjectDeleter {
    void operator()(gpointer object) const noexcept { g_object_unref(object); }
};

struct ParserOptionsDeleter {
    void operator()(GMimeParserOptions* options) const noexcept { g_mime_parser_options_free(options); }
};

template <typename T>
using GObjectPtr = std::unique_ptr<T, GObjectDeleter>;
using ParserOptionsPtr = std::unique_ptr<GMimeParserOptions, ParserOptionsDeleter>;

/// Initialises GMime on the first call; each function that uses GMime calls it. Thread safe.
inline void use_gmime() {
    static const bool initialised = (g_mime_init(), true);
    static_cast<void>(initialised);
}

}  // namespace signet::client::mail
