/* detections.c - detections that each look for names of their own, under conditions of their own.
 *
 * The first ten look for the calls of T1578.004, half a percent of the made events; the next for
 * the rarest calls, together one percent; all others for calls that do not occur, which is how a
 * large rule set meets one organisation's logs. Their names are a verb and a noun of the real
 * vocabulary, so they share beginnings, endings and lengths with the names that do occur. A
 * small number of detections is a part of any larger one. */
#include "detections.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apis.h"

enum { DETECTION_RARE = 24, DETECTION_PATH = 4096 };

static const char *const detection_verbs[] = {
    "Create",  "Delete", "Update",  "Put",       "Describe",     "Start",  "Stop",
    "Attach",  "Detach", "Modify",  "Register",  "Copy",         "Import", "Export",
    "Restore", "Enable", "Disable", "Associate", "Disassociate", "Get",    "List",
    "Tag",     "Untag",  "Reset",   "Revoke",    "Authorize",
};
static const char *const detection_nouns[] = {
    "Instance",       "SnapshotSet",     "VolumeAttribute",   "ImageBlock",     "TrailPolicy",
    "BucketRule",     "KeyRotation",     "UserProfile",       "RoleBoundary",   "GroupMember",
    "Stack",          "FleetCapacity",   "GatewayRoute",      "EndpointPolicy", "SecretVersion",
    "ParameterLabel", "ClusterRole",     "ServiceQuota",      "TaskSet",        "FunctionAlias",
    "LayerVersion",   "QueuePermission", "TopicSubscription", "StreamConsumer", "TableReplica",
    "BackupPlan",     "VaultLock",       "RecoveryPoint",     "DetectorFilter", "FindingFilter",
    "ThreatIntelSet", "IPSetEntry",      "WebACLRule",        "HostedZoneVpc",  "ResolverRule",
    "CertificateTag", "DomainTransfer",  "IdentityPolicy",    "PoolClient",     "SamlProviderKey",
    "AccessPointAcl", "ObjectLegalHold",
};

enum {
    DETECTION_VERBS = sizeof detection_verbs / sizeof detection_verbs[0],
    DETECTION_NOUNS = sizeof detection_nouns / sizeof detection_nouns[0]
};

/* What a record with the right name must fulfil as well. */
static const char *const detection_conditions[] = {
    "errorCode=\"\" userIdentity.type=\"IAMUser\"",
    "errorCode=\"*UnauthorizedOperation\" NOT userAgent=\"AWS Internal\"",
    "awsRegion=\"eu-central-1\" (userIdentity.type=\"Root\" OR userIdentity.type=\"AssumedRole\")",
    "errorCode=\"\" sourceIPAddress=\"10.*\" userIdentity.accessKeyId=\"ASIA*\"",
    "NOT sourceIPAddress=\"*.amazonaws.com\" recipientAccountId=\"111122223333\"",
    "userAgent=\"*Terraform*\" NOT userIdentity.arn=\"*:assumed-role/terraform-apply*\"",
    "errorCode=\"\" requestParameters.name=\"restore-*\"",
    "userIdentity.arn=\"*/amelia.*\"",
};

enum { DETECTION_CONDITIONS = sizeof detection_conditions / sizeof detection_conditions[0] };

/* The `which`-th name of detection `index`, of two: no other detection has it. */
static void detection_name(uint32_t index, uint32_t which, char *out, size_t size)
{
    if (which == 0 && index < BENCH_SET_COUNT) {
        snprintf(out, size, "%s", bench_set[index].api.name);
    } else if (which == 0 && index < BENCH_SET_COUNT + DETECTION_RARE) {
        const bench_api *rare = &bench_apis[bench_api_count - 1 - (index - BENCH_SET_COUNT)];
        snprintf(out, size, "%s", rare->name);
    } else {
        uint32_t number = index * 2 + which, round = number / (DETECTION_VERBS * DETECTION_NOUNS);
        const char *verb = detection_verbs[number % DETECTION_VERBS];
        const char *noun = detection_nouns[number / DETECTION_VERBS % DETECTION_NOUNS];
        snprintf(out, size, round == 0 ? "%s%s" : "%s%sV%u", verb, noun, round + 1);
    }
}

static int detection_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) return errno;
    int status = fputs(text, file) < 0 ? errno : 0;
    if (fclose(file) != 0 && status == 0) status = errno;
    return status;
}

static int detection_write(const char *folder, uint32_t index)
{
    char path[DETECTION_PATH], text[2048], first[96], second[96];
    detection_name(index, 0, first, sizeof first);
    detection_name(index, 1, second, sizeof second);

    snprintf(text, sizeof text,
             "index=aws sourcetype=\"aws:cloudtrail\" (eventName=\"%s\" OR eventName=\"%s\") %s\n"
             "| eval resource=coalesce('requestParameters.volumeId', "
             "'requestParameters.instanceId', \"unknown\")\n"
             "| table _time, userIdentity.arn, sourceIPAddress, eventName, resource\n",
             first, second, detection_conditions[index % DETECTION_CONDITIONS]);
    snprintf(path, sizeof path, "%s/made-%04u.spl", folder, index);
    int status = detection_write_file(path, text);
    if (status != 0) return status;

    snprintf(text, sizeof text,
             "# Made for the benchmark.\n"
             "id: 00000000-0000-4000-8000-%012u\n"
             "title: Made detection %04u (%s)\n"
             "technique: T1578.004\n"
             "tactic: Defense Evasion\n"
             "severity: low\n"
             "profile: default\n"
             "language: spl\n"
             "query: made-%04u.spl\n"
             "alert:\n"
             "  time: _time\n"
             "  actor: userIdentity.arn\n"
             "  operation: eventName\n"
             "  resource: resource\n"
             "  address: sourceIPAddress\n",
             index, index, first, index);
    snprintf(path, sizeof path, "%s/made-%04u.detection.yml", folder, index);
    return detection_write_file(path, text);
}

int bench_detections_write(const char *folder, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int status = detection_write(folder, i);
        if (status != 0) return status;
    }
    return 0;
}
