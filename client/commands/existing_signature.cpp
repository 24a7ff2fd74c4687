#include "client/commands/existing_signature.h"

#include "client/cms_input.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/output_stream.h"
#include "cms/content_attachment.h"

namespace signet::client::commands {

ExistingSignature::ExistingSignature(const std::string& path, const std::string& what_failed) {
    InputFile file(path);
    CmsInput input(file.source(), file.name());
    if (looks_like_mail(input.beginning()))
        throw Error(ExitStatus::malformed, what_failed, "it is a mail message", "name a file with CMS alone");
    try {
        cms::SignedDataReader reader(input.source());
        if (reader.has_content()) {
            m_content = std::make_unique<Spool>();
            reader.read_content([this](cms::BytesView piece) { m_content->write(piece); });
        }
        m_parts = cms::read_parts(reader);
    } catch (const cms::Error& error) {
        if (error.code() == cms::ErrorCode::malformed)
            throw is_malformed_cms(what_failed, input.beginning(), CmsKind::signed_data, error.what());
        throw from_cms(error, what_failed);
    }
}

void ExistingSignature::write(const std::string& target) const {
    const cms::Bytes detached = cms::detached_signed_data(m_parts);
    OutputStream output(target, Privacy::shared, Release::on_commit);
    if (m_content == nullptr) {
        output.write(detached);
    } else {
        cms::ContentAttachment attachment(detached, m_content->size(), output.sink());
        m_content->read([&attachment](cms::BytesView piece) { attachment.update(piece); });
        attachment.finish();
    }
    output.commit();
}

}  // namespace signet::client::commands
