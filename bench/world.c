/* world.c - makes the identities from the seed, in the shapes that CloudTrail gives them. */
#include "world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "apis.h"
#include "random.h"

const char *const bench_regions[BENCH_REGIONS] = {"us-east-1", "us-west-2", "eu-west-1",
                                                  "eu-central-1", "ap-southeast-2"};

const char *const bench_agents[BENCH_AGENTS] = {
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.173.0",
    "Boto3/1.34.162 md/Botocore#1.34.162 ua/2.0 os/linux#6.1.102-111.182.amzn2023.x86_64 "
    "md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.34.162",
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.4.247-169.350.amzn2int.x86_64 "
    "OpenJDK_64-Bit_Server_VM/25.372-b08 java/1.8.0_372 vendor/Oracle_Corporation "
    "cfg/retry-mode/standard]",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.4 (+https://www.terraform.io) "
    "terraform-provider-aws/5.62.0 (+https://registry.terraform.io/providers/hashicorp/aws) "
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5",
    "aws-cli/2.17.32 md/awscrt#0.21.2 ua/2.0 os/linux#6.5.0-1022-aws md/arch#x86_64 "
    "lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe "
    "md/prompt#off md/command#ec2.describe-instances",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/127.0.0.0 Safari/537.36",
    "aws-sdk-java/2.26.31 Linux/5.10.220-209.869.amzn2.x86_64 "
    "OpenJDK_64-Bit_Server_VM/17.0.12+7-LTS "
    "Java/17.0.12 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy",
    "amazon-ssm-agent/3.3.551.0 (linux; amd64)",
    "kubelet/v1.30.2 (linux/amd64) kubernetes/9cb1f51 aws-sdk-go/1.44.116 (go1.22.5; linux; amd64)",
    "console.amazonaws.com",
    "AWS Internal",
    "aws-sdk-nodejs/3.628.0 linux/v20.16.0 promise exec-env/AWS_Lambda_nodejs20.x",
    "Prisma-Cloud/24.8 aws-sdk-go/1.55.5 (go1.22.4; linux; amd64) S3Manager",
    "datadog-agent/7.56.0 aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22.5 api/cloudwatch#1.40.1",
    "cloudformation.amazonaws.com",
    "Vault/1.17.3 (+https://www.vaultproject.io/; aws; go1.22.5) aws-sdk-go/1.55.2",
};

static const char *const world_roles[] = {
    "web-instance-role",     "eks-node-group",       "ci-deploy",          "data-pipeline",
    "lambda-orders-handler", "AWSServiceRoleForECS", "terraform-apply",    "backup-operator",
    "security-audit",        "billing-export",       "AWSReservedSSO_Dev", "AWSReservedSSO_Admin",
    "monitoring-read",       "batch-worker",
};
static const char *const world_users[] = {"amelia", "benjamin", "carla",  "daniel", "elena",
                                          "farid",  "greta",    "hassan", "irene",  "jonas"};
static const char *const world_services[BENCH_SERVICES] = {
    "cloudtrail.amazonaws.com", "ec2.amazonaws.com", "autoscaling.amazonaws.com",
    "config.amazonaws.com"};

void bench_zipf_init(bench_zipf *zipf, uint32_t count)
{
    double total = 0;
    for (uint32_t n = 1; n <= count; n++) total += pow(n, -1.1);
    double share = 0;
    uint32_t slot = 0;
    for (uint32_t n = 1; n <= count; n++) {
        share += pow(n, -1.1) / total;
        uint32_t end = n == count ? BENCH_ZIPF_SLOTS : (uint32_t)(share * BENCH_ZIPF_SLOTS);
        while (slot < end) zipf->slots[slot++] = (uint16_t)(n - 1);
    }
}

/* `size` letters and digits, as access keys and principal ids have. */
static void world_key(bench_random *random, char *out, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        out[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bench_random_below(random, 32)];
    out[size] = '\0';
}

static void world_addresses(bench_identity *identity, bench_random *random)
{
    identity->address_count = 1 + bench_random_below(random, BENCH_ADDRESSES_MAX);
    identity->agent = bench_random_below(random, BENCH_AGENTS);
    for (uint32_t i = 0; i < identity->address_count; i++) {
        /* One by one: arguments are evaluated in any order, and compilers choose differently. */
        uint32_t first = 18 + bench_random_below(random, 180);
        uint32_t second = bench_random_below(random, 256);
        uint32_t third = bench_random_below(random, 256);
        uint32_t fourth = 1 + bench_random_below(random, 254);
        if (bench_random_chance(random, 300)) first = 10;
        snprintf(identity->addresses[i], sizeof identity->addresses[i], "%u.%u.%u.%u", first,
                 second, third, fourth);
    }
}

static void world_role(bench_identity *identity, const char *account, uint32_t index,
                       bench_random *random)
{
    char role_key[24], access_key[24], role[64], session[64];
    uint32_t names = sizeof world_roles / sizeof world_roles[0];
    world_key(random, role_key, 17);
    world_key(random, access_key, 16);
    snprintf(role, sizeof role, "%s-%u", world_roles[index % names], index / names);
    if (index % names < 2) {
        snprintf(session, sizeof session, "i-%017llx",
                 (unsigned long long)(bench_random_next(random) >> 4) & 0xfffffffffffff);
    } else {
        snprintf(session, sizeof session, "%s",
                 index % 3 == 0 ? world_users[index % 10] : "aws-go-sdk-1724000000");
    }
    snprintf(identity->arn, sizeof identity->arn, "arn:aws:sts::%s:assumed-role/%s/%s", account,
             role, session);
    snprintf(identity->head, sizeof identity->head,
             "{\"type\":\"AssumedRole\",\"principalId\":\"AROA%s:%s\",\"arn\":\"%s\","
             "\"accountId\":\"%s\",\"accessKeyId\":\"ASIA%s\",\"sessionContext\":{"
             "\"sessionIssuer\":{\"type\":\"Role\",\"principalId\":\"AROA%s\","
             "\"arn\":\"arn:aws:iam::%s:role/%s\",\"accountId\":\"%s\",\"userName\":\"%s\"},"
             "\"webIdFederationData\":{},\"attributes\":{\"creationDate\":\"",
             role_key, session, identity->arn, account, access_key, role_key, account, role,
             account, role);
    snprintf(identity->tail, sizeof identity->tail, "\",\"mfaAuthenticated\":\"false\"}}}");
    world_addresses(identity, random);
}

static void world_user(bench_identity *identity, const char *account, uint32_t index,
                       bench_random *random)
{
    char user_key[24], access_key[24], name[64];
    world_key(random, user_key, 17);
    world_key(random, access_key, 16);
    snprintf(name, sizeof name, "%s.%02u", world_users[index % 10], index / 10);
    snprintf(identity->arn, sizeof identity->arn, "arn:aws:iam::%s:user/%s", account, name);
    bool session = index % 2 == 0;
    snprintf(identity->head, sizeof identity->head,
             "{\"type\":\"IAMUser\",\"principalId\":\"AIDA%s\",\"arn\":\"%s\","
             "\"accountId\":\"%s\",\"accessKeyId\":\"%s%s\",\"userName\":\"%s\"%s",
             user_key, identity->arn, account, session ? "ASIA" : "AKIA", access_key, name,
             session ? ",\"sessionContext\":{\"sessionIssuer\":{},\"webIdFederationData\":{},"
                       "\"attributes\":{\"creationDate\":\""
                     : "}");
    if (session)
        snprintf(identity->tail, sizeof identity->tail, "\",\"mfaAuthenticated\":\"true\"}}}");
    world_addresses(identity, random);
}

static void world_root(bench_identity *identity, const char *account, bench_random *random)
{
    char access_key[24];
    world_key(random, access_key, 16);
    snprintf(identity->arn, sizeof identity->arn, "arn:aws:iam::%s:root", account);
    snprintf(identity->head, sizeof identity->head,
             "{\"type\":\"Root\",\"principalId\":\"%s\",\"arn\":\"%s\",\"accountId\":\"%s\","
             "\"accessKeyId\":\"ASIA%s\",\"sessionContext\":{\"sessionIssuer\":{},"
             "\"webIdFederationData\":{},\"attributes\":{\"creationDate\":\"",
             account, identity->arn, account, access_key);
    snprintf(identity->tail, sizeof identity->tail, "\",\"mfaAuthenticated\":\"true\"}}}");
    world_addresses(identity, random);
}

static void world_measure(bench_identity *identity)
{
    identity->head_size = (uint32_t)strlen(identity->head);
    identity->tail_size = (uint32_t)strlen(identity->tail);
}

void bench_world_init(bench_world *world, uint64_t seed)
{
    static const char *const ids[BENCH_ACCOUNTS] = {"111122223333", "218007301253", "444455556666",
                                                    "777788889999"};
    bench_random random = {seed ^ UINT64_C(0x776f726c64)};
    memset(world, 0, sizeof *world);
    bench_zipf_init(&world->apis, bench_api_count);
    bench_zipf_init(&world->roles, BENCH_ROLES);
    bench_zipf_init(&world->users, BENCH_USERS);

    for (uint32_t a = 0; a < BENCH_ACCOUNTS; a++) {
        bench_account *account = &world->accounts[a];
        memcpy(account->id, ids[a], sizeof "111122223333");
        for (uint32_t i = 0; i < BENCH_ROLES; i++) {
            world_role(&account->roles[i], account->id, i, &random);
            world_measure(&account->roles[i]);
        }
        for (uint32_t i = 0; i < BENCH_USERS; i++) {
            world_user(&account->users[i], account->id, i, &random);
            world_measure(&account->users[i]);
        }
        world_root(&account->root, account->id, &random);
        world_measure(&account->root);
    }
    for (uint32_t i = 0; i < BENCH_SERVICES; i++) {
        bench_identity *service = &world->services[i];
        snprintf(service->head, sizeof service->head,
                 "{\"type\":\"AWSService\",\"invokedBy\":\"%s\"}", world_services[i]);
        snprintf(service->addresses[0], sizeof service->addresses[0], "%s", world_services[i]);
        service->address_count = 1;
        world_measure(service);
    }
}
