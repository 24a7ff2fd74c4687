#include "client/commands/content_clearance.h"

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "client/clearance.h"
#include "client/cms_input.h"
#include "client/commands/reader_clearance.h"
#include "client/spool.h"
#include "cms/compressed_data.h"
#include "cms/content_types.h"
#include "cms/error.h"
#include "cms/labels.h"
#include "cms/nested_content.h"

namespace signet::client::commands {

namespace {

void find_labels(const cms::ByteSource& content, const std::string& said_type, std::size_t depth,
                 std::vector<cms::MessageLabel>& labels) {
    CmsInput input(content, "the content");
    std::string type = cms::content_type_of(input.beginning());
    const bool is_bare = type.empty();
    if (is_bare && cms::begins_as_sequence(input.beginning()))
        type = said_type;
    if (type != cms::id_signed_data && type != cms::id_ct_compressed_data)
        return;
    if (depth == cms::max_layers)
        throw cms::Error(cms::ErrorCode::malformed,
                         "it has more than " + std::to_string(cms::max_layers) + " layers");
    const cms::ByteSource message = is_bare ? cms::as_content_info(type, input.source()) : input.source();
    Spool inside;
    const auto keep = [&inside](cms::BytesView piece) { inside.write(piece); };
    std::string type_inside;
    if (type == cms::id_signed_data) {
        auto claimed = cms::claimed_labels(message, keep);
        type_inside = std::move(claimed.content_type);
        for (auto& label : claimed.labels)
            labels.push_back(std::move(label));
    } else {
        type_inside = cms::decompress(message, keep, {});
    }
    find_labels(inside.source(), type_inside, depth + 1, labels);
}

}  // namespace

void require_content_clearance(const ParsedArguments& arguments, const cms::ByteSource& content,
                               const std::string& content_type, const std::string& what_failed) {
    if (!Clearance::load(arguments.text("clearance")))
        return;
    std::vector<cms::MessageLabel> labels;
    const auto refuse = [&what_failed](const std::string& why) {
        throw Error(ExitStatus::refused, what_failed,
                    "whether a security label is inside cannot be read: " + why,
                    "ask the sender to send it again");
    };
    try {
        find_labels(content, content_type, 0, labels);
    } catch (const cms::Error& error) {
        refuse(error.what());
    } catch (const Error& error) {
        if (error.exit_status() != ExitStatus::malformed)
            throw;
        refuse(error.why());
    }
    (void)require_clearance(arguments, labels, what_failed);
}

}  // namespace signet::client::commands
