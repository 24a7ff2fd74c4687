// What was fetched about revocation, kept in files between calls.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "cms/bytes.h"

namespace signet::client {

/// A folder of ours that nobody else may write to. Any number of processes may use it at once. What cannot be
/// kept or read is as if it had never been; nothing throws but std::bad_alloc. Bounded: the oldest go.
class RevocationCache {
  public:
    /// Files and bytes that are kept at most.
    static constexpr std::size_t max_files = 512;
    static constexpr std::size_t max_bytes = std::size_t{64} * 1024 * 1024;

    /// Nothing is created before something is kept. Empty: nothing is.
    explicit RevocationCache(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    /// $XDG_CACHE_HOME/signet/revocation, else that below ~/.cache; empty without a home.
    [[nodiscard]] static std::filesystem::path default_folder();

    /// What was kept under `key`, if it is whole and at most `limit` bytes.
    [[nodiscard]] std::optional<cms::Bytes> read(const std::string& key, std::size_t limit) const;
    void write(const std::string& key, cms::BytesView value) const;

  private:
    void make_room() const;

    std::filesystem::path m_folder;
};

}  // namespace signet::client
