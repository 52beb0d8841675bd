"""The error codes and types that providers publish. A word that is not among them may be anything, a prompt's too.

From openai 3.54's types (ResponseError, SessionTurnError, the realtime errors), the published API errors of OpenAI and
xAI, and Google's canonical codes (google.rpc.Code) in lower case as the interactions API sends them.
"""

_WORDS = """
    api_error authentication_error bad_request_error billing_hard_limit_reached billing_not_active bio_policy
    connection_failed content_filter content_policy_violation context_length_exceeded credit_balance_exhausted
    cyber_policy data_residency_mismatch deployment_not_found empty_image_file engine_overloaded
    failed_to_download_image flex_unavailable image_content_policy_violation image_file_not_found
    image_file_too_large image_generation_user_error image_parse_error image_too_large image_too_small
    incorrect_api_key_provided insufficient_quota internal_error internal_server_error invalid_api_key
    invalid_base64_image invalid_image invalid_image_format invalid_image_mode invalid_image_url invalid_prompt
    invalid_request invalid_request_error invalid_type invalid_value max_output_tokens
    misalignment_policy_violation missing_required_parameter model_error model_not_found model_overloaded
    moderation_blocked not_found_error organization_spend_limit_exceeded organization_usage_limit_exceeded
    overloaded overloaded_error permission_error previous_response_not_found project_spend_limit_exceeded
    rate_limit_error rate_limit_exceeded request_timeout requests resource_not_found response_cancel_not_active
    server_error server_overloaded service_unavailable_error session_budget_exceeded session_expired
    string_above_max_length timeout tokens transcription_error audio_unintelligible unsupported_country_region_territory
    unsupported_image_media_type unsupported_parameter unsupported_value usage_limit_exceeded vector_store_timeout
    aborted already_exists cancelled data_loss deadline_exceeded failed_precondition internal invalid_argument
    not_found out_of_range permission_denied resource_exhausted unauthenticated unavailable unimplemented unknown
"""
ERROR_WORDS = frozenset(_WORDS.split())
