/* models.c - Change over CloudTrail, Authentication over CloudTrail and the sign-ins of Entra.
 *
 * What the models and their fields mean is said in the Common Information Model manual, "Change"
 * and "Authentication"; which events carry that meaning is decided here. Fields that the manual
 * calls calculated are "unknown" rather than missing. */
#include "lang/spl/models.h"

#include "base/compiler.h"

static const spl_model_field change_fields[] = {
    {"action", true},
    {"change_type", true},
    {"command", true},
    {"dest", true},
    {"dvc", true},
    {"image_id", true},
    {"instance_type", true},
    {"object", true},
    {"object_attrs", true},
    {"object_category", true},
    {"object_id", true},
    {"object_path", true},
    {"region", false},
    {"result", true},
    {"result_id", false},
    {"src", true},
    {"src_ip", false},
    {"src_user", false},
    {"status", true},
    {"user", true},
    {"user_agent", false},
    {"user_id", false},
    {"user_name", false},
    {"user_type", false},
    {"vendor_account", false},
    {"vendor_product", true},
    {"vendor_region", false},
};

static const spl_model_field authentication_fields[] = {
    {"action", true},
    {"app", true},
    {"authentication_method", false},
    {"dest", true},
    {"reason", false},
    {"signature", true},
    {"signature_id", false},
    {"src", true},
    {"src_ip", false},
    {"src_user", true},
    {"status", false},
    {"user", true},
    {"user_agent", false},
    {"user_id", false},
    {"user_name", false},
    {"user_role", false},
    {"user_type", false},
    {"vendor_account", false},
    {"vendor_product", true},
    {"vendor_region", false},
};

#define AUTHENTICATION_EVENTS \
    "eventName IN (ConsoleLogin, AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity," \
    " SwitchRole, GetSessionToken, GetFederationToken, Authenticate, Federate, " \
    "UserAuthentication)"

static const spl_model models[] = {
    {.name = "Authentication",
     .datasets = " Authentication Default_Authentication Failed_Authentication"
                 " Insecure_Authentication Privileged_Authentication"
                 " Successful_Authentication ",
     .constraint = "(sourcetype=\"aws:cloudtrail\" " AUTHENTICATION_EVENTS
                   ") OR (sourcetype=\"azure:monitor:aad\" operationName=\"Sign-in activity\")",
     .fields = authentication_fields,
     .field_count = SL_COUNT(authentication_fields)},
    {.name = "Change",
     .datasets = " All_Changes Account_Management Accounts_Created Accounts_Deleted"
                 " Accounts_Updated Account_Lockouts Auditing_Changes Endpoint_Changes"
                 " Endpoint_Restarts Instance_Changes Network_Changes Device_Restarts ",
     .constraint = "sourcetype=\"aws:cloudtrail\" NOT readOnly=true NOT " AUTHENTICATION_EVENTS,
     .fields = change_fields,
     .field_count = SL_COUNT(change_fields)},
};

const spl_model *spl_model_find(sl_text name)
{
    for (size_t i = 0; i < SL_COUNT(models); i++)
        if (sl_text_equal_nocase(name, sl_text_from(models[i].name))) return &models[i];
    return NULL;
}

const spl_model_field *spl_model_field_find(const spl_model *model, sl_text name)
{
    for (uint32_t i = 0; i < model->field_count; i++)
        if (sl_text_equal(name, sl_text_from(model->fields[i].name))) return &model->fields[i];
    return NULL;
}

/* True when `list`, names between spaces, holds `name`. */
static bool model_list_has(const char *list, sl_text name)
{
    sl_text all = sl_text_from(list);
    for (size_t at = 0; (at = sl_text_find(all, name, at)) != SIZE_MAX; at++)
        if (at > 0 && all.data[at - 1] == ' ' && all.data[at + name.length] == ' ') return true;
    return false;
}

bool spl_model_has_dataset(const spl_model *model, sl_text name)
{
    return name.length > 0 && model_list_has(model->datasets, name);
}

bool spl_model_exists(sl_text name)
{
    static const char vendors[] =
        " Alerts Application_State Authentication Certificates Change Change_Analysis"
        " Compute_Inventory DLP Data_Access Databases Email Endpoint Event_Signatures"
        " Identity_Management Interprocess_Messaging Intrusion_Detection Inventory JVM Malware "
        "Network_Resolution"
        " Network_Sessions Network_Traffic Performance Risk Splunk_Audit"
        " Ticket_Management UEBA Updates Vulnerabilities Web ";
    return name.length > 0 && model_list_has(vendors, name);
}
