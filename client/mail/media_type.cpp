#include "client/mail/media_type.h"

#include "client/mail/error.h"
#include "client/mail/gmime_ptr.h"

#include <algorithm>

namespace signet::client::mail {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr int max_parameters = 64;

Parameters parameters_of(GMimeParamList* list, std::string_view field) {
    Parameters parameters;
    if (g_mime_param_list_length(list) > max_parameters) {
        throw Error(ErrorCode::malformed, "its " + std::string(field) + " has too many parameters");
    }
    for (int i = 0; i < g_mime_param_list_length(list); ++i) {
        auto* parameter = g_mime_param_list_get_parameter_at(list, i);
        const char* name = g_mime_param_get_name(parameter);
        const char* value = g_mime_param_get_value(parameter);
        parameters.emplace_back(name != nullptr ? name : "", value != nullptr ? value : "");
        const auto& last = parameters.back().first;
        if (std::any_of(parameters.begin(), parameters.end() - 1,
                        [&last](const auto& other) { return equal_without_case(other.first, last); })) {
            throw Error(ErrorCode::malformed, "a parameter stands twice in its " + std::string(field));
        }
    }
    return parameters;
}

std::string parsed_value(const Field& field) {
    if (field.raw.size() > max_parsed_field_size) {
        throw Error(ErrorCode::malformed, "its " + std::string(field.name) + " field is longer than 64 KiB");
    }
    return field.value();
}

}  // namespace

bool MediaType::is(std::string_view other_type, std::string_view other_subtype) const noexcept {
    return equal_without_case(type, other_type) &&
           (other_subtype == "*" || equal_without_case(subtype, other_subtype));
}

std::string_view MediaType::parameter(std::string_view name) const noexcept {
    for (const auto& [key, value] : parameters) {
        if (equal_without_case(key, name)) {
            return value;
        }
    }
    return {};
}

std::optional<MediaType> media_type_of(const Entity& entity) {
    const auto* field = entity.only("Content-Type");
    if (field == nullptr) {
        return std::nullopt;
    }
    use_gmime();
    const auto text = parsed_value(*field);
    const auto slash = text.find('/');
    const GObjectPtr<GMimeContentType> parsed(g_mime_content_type_parse(nullptr, text.c_str()));
    // GMime answers with a default of its own for what it cannot read.
    if (slash == std::string::npos || slash == 0 || parsed == nullptr) {
        throw Error(ErrorCode::malformed, "its Content-Type is no media type");
    }
    MediaType type;
    type.type = g_mime_content_type_get_media_type(parsed.get());
    type.subtype = g_mime_content_type_get_media_subtype(parsed.get());
    if (!equal_without_case(text.substr(0, type.type.size()), type.type)) {
        throw Error(ErrorCode::malformed, "its Content-Type is no media type");
    }
    type.parameters = parameters_of(g_mime_content_type_get_parameters(parsed.get()), "Content-Type");
    return type;
}

std::string file_name_of(const Entity& entity) {
    if (const auto* field = entity.only("Content-Disposition"); field != nullptr) {
        use_gmime();
        const GObjectPtr<GMimeContentDisposition> parsed(
            g_mime_content_disposition_parse(nullptr, parsed_value(*field).c_str()));
        const char* name =
            parsed != nullptr ? g_mime_content_disposition_get_parameter(parsed.get(), "filename") : nullptr;
        if (name != nullptr) {
            return name;
        }
    }
    const auto type = media_type_of(entity);
    return type ? std::string(type->parameter("name")) : std::string();
}

}  // namespace signet::client::mail
