#include "client/output_stream.h"

#include <cstdint>
#include <span>

#include "client/hold_signals.h"

namespace signet::client {

OutputStream::OutputStream(const std::string& path, Privacy privacy, Release release)
    : m_file(path, privacy, Temporary::unnamed) {
    // A file system that has no files without names: what is written goes there in the end, when nobody is
    // waited for.
    if (!m_file.is_unnamed() && (!m_file.is_device() || release == Release::on_commit))
        m_spool.emplace();
}

void OutputStream::write(cms::BytesView bytes) {
    if (m_spool)
        m_spool->write(bytes);
    else
        m_file.write(bytes);
}

void OutputStream::read(const cms::ByteSink& sink) const {
    if (m_spool)
        m_spool->read(sink);
    else
        m_file.read_back(sink);
}

cms::ByteSource OutputStream::source() const {
    if (m_spool)
        return m_spool->source();
    return [this, offset = std::uint64_t{0}](std::span<std::uint8_t> buffer) mutable {
        const std::size_t count = m_file.read_back_at(offset, buffer);
        offset += count;
        return count;
    };
}

void OutputStream::flush() {
    if (!m_spool)
        m_file.flush();
}

void OutputStream::prepare() {
    if (m_file.is_device() || m_is_prepared)
        return;
    if (m_spool) {
        m_file.make_temporary();
        m_spool->read([this](cms::BytesView piece) { m_file.write(piece); });
    }
    m_file.prepare();
    m_is_prepared = true;
}

void OutputStream::commit() {
    if (m_file.is_device()) {
        if (m_spool)
            m_spool->read([this](cms::BytesView piece) { m_file.write(piece); });
        return;
    }
    if (!m_is_prepared)
        flush();
    const HoldSignals held;
    prepare();
    m_file.commit();
}

}  // namespace signet::client
