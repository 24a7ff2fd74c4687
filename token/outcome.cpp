#include "token/outcome.h"

namespace signet::token {

namespace {

protocol::Outcome ordinary_outcome(Ckr ckr) noexcept {
    switch (ckr) {
        case Ckr::ok:
            return protocol::OK;

        case Ckr::pin_incorrect:
            return protocol::PIN_INCORRECT;
        case Ckr::pin_locked:
            return protocol::PIN_LOCKED;
        case Ckr::pin_invalid:
        case Ckr::pin_len_range:
        case Ckr::pin_too_weak:
            return protocol::PIN_INVALID;
        case Ckr::cancel:
        case Ckr::function_canceled:
        case Ckr::function_rejected:
            return protocol::PIN_CANCELLED;

        case Ckr::user_not_logged_in:
            return protocol::NOT_LOGGED_IN;
        case Ckr::key_handle_invalid:
        case Ckr::key_changed:
        case Ckr::object_handle_invalid:
            return protocol::KEY_GONE;

        case Ckr::slot_id_invalid:
        case Ckr::device_removed:
        case Ckr::token_not_present:
        case Ckr::token_not_recognized:
            return protocol::TOKEN_ABSENT;

        // ARGUMENTS_BAD is what SoftHSM answers to parameters of OAEP that it does not have.
        case Ckr::arguments_bad:
        case Ckr::attribute_read_only:
        case Ckr::attribute_sensitive:
        case Ckr::attribute_type_invalid:
        case Ckr::attribute_value_invalid:
        case Ckr::action_prohibited:
        case Ckr::function_not_parallel:
        case Ckr::function_not_supported:
        case Ckr::key_size_range:
        case Ckr::key_type_inconsistent:
        case Ckr::key_not_needed:
        case Ckr::key_needed:
        case Ckr::key_indigestible:
        case Ckr::key_function_not_permitted:
        case Ckr::key_not_wrappable:
        case Ckr::key_unextractable:
        case Ckr::mechanism_invalid:
        case Ckr::mechanism_param_invalid:
        case Ckr::pin_expired:
        case Ckr::new_pin_mode:
        case Ckr::next_otp:
        case Ckr::session_parallel_not_supported:
        case Ckr::session_read_only:
        case Ckr::session_exists:
        case Ckr::session_read_only_exists:
        case Ckr::session_read_write_so_exists:
        case Ckr::template_incomplete:
        case Ckr::template_inconsistent:
        case Ckr::token_write_protected:
        case Ckr::user_already_logged_in:
        case Ckr::user_pin_not_initialized:
        case Ckr::user_type_invalid:
        case Ckr::user_another_already_logged_in:
        case Ckr::user_too_many_types:
        case Ckr::random_seed_not_supported:
        case Ckr::random_no_rng:
        case Ckr::domain_params_invalid:
        case Ckr::curve_not_supported:
        case Ckr::information_sensitive:
            return protocol::CANNOT;

        case Ckr::data_invalid:
        case Ckr::data_len_range:
        case Ckr::encrypted_data_invalid:
        case Ckr::encrypted_data_len_range:
        case Ckr::signature_invalid:
        case Ckr::signature_len_range:
        case Ckr::unwrapping_key_handle_invalid:
        case Ckr::unwrapping_key_size_range:
        case Ckr::unwrapping_key_type_inconsistent:
        case Ckr::wrapped_key_invalid:
        case Ckr::wrapped_key_len_range:
        case Ckr::wrapping_key_handle_invalid:
        case Ckr::wrapping_key_size_range:
        case Ckr::wrapping_key_type_inconsistent:
        case Ckr::public_key_invalid:
            return protocol::INPUT_REFUSED;

        case Ckr::host_memory:
        case Ckr::general_error:
        case Ckr::function_failed:
        case Ckr::no_event:
        case Ckr::need_to_create_threads:
        case Ckr::cant_lock:
        case Ckr::device_error:
        case Ckr::device_memory:
        case Ckr::operation_active:
        case Ckr::operation_not_initialized:
        case Ckr::session_closed:
        case Ckr::session_count:
        case Ckr::session_handle_invalid:
        case Ckr::buffer_too_small:
        case Ckr::saved_state_invalid:
        case Ckr::state_unsaveable:
        case Ckr::cryptoki_not_initialized:
        case Ckr::cryptoki_already_initialized:
        case Ckr::mutex_bad:
        case Ckr::mutex_not_locked:
        case Ckr::exceeded_max_iterations:
        case Ckr::fips_self_test_failed:
        case Ckr::library_load_failed:
            return protocol::DEVICE_FAILED;
    }
    return protocol::DEVICE_FAILED;
}

/// Whether `ckr`, from a call that was given foreign input, may be the module's word for that input.
bool may_mean_input(Ckr ckr) noexcept {
    // SoftHSM answers CKR_GENERAL_ERROR to bad padding and to a point that is not on the curve, and others
    // answer CKR_FUNCTION_FAILED or a value of their own. As a failed device, one bad ciphertext from anybody
    // would restart the process. That the session still answers tells it from a device that is really gone.
    switch (ckr) {
        case Ckr::general_error:
        case Ckr::function_failed:
        case Ckr::arguments_bad:
        case Ckr::attribute_value_invalid:
        case Ckr::mechanism_param_invalid:
        case Ckr::template_inconsistent:
        case Ckr::domain_params_invalid:
        case Ckr::buffer_too_small:
            return true;
        default:
            return static_cast<CK_RV>(ckr) >= CKR_VENDOR_DEFINED;
    }
}

}  // namespace

protocol::Outcome outcome_of(Ckr ckr, CallKind kind) noexcept {
    if (kind == CallKind::foreign_input && may_mean_input(ckr))
        return protocol::INPUT_REFUSED;
    return ordinary_outcome(ckr);
}

}  // namespace signet::token
