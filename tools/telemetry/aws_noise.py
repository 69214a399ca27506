"""aws_noise.py - what an account does all day while nothing happens.

Nothing here is an event on which either published query alerts: reads, data events, logins,
calls by services, and failed calls. What does make them alert is in benign.py.
"""
from telemetry.aws import (ACCOUNT, BUCKET, CLI, CONSOLE, S3_CONSOLE, SSM_AGENT, TERRAFORM, denied)
from telemetry.made import after, iso_seconds

OFFICE = ["203.0.113.%d" % n for n in (14, 27, 52)]
NAT = "198.51.100.200"


def trail_put(aws, when):
    """CloudTrail writing into the bucket, logged by the data-event trail; half are refused."""
    made = aws.made
    key = "AWSLogs/%s/CloudTrail/us-east-1/2025/04/01/%s_CloudTrail_us-east-1_%s_%s.json.gz" % (
        ACCOUNT, ACCOUNT, when.strftime("%Y%m%dT%H%MZ"), made.token(16))
    refused = made.random.random() < 0.4
    extra = {"SignatureVersion": "SigV4", "CipherSuite": "ECDHE-RSA-AES128-GCM-SHA256",
             "bytesTransferredIn": 0.0 if refused else float(made.random.randrange(600, 7000)),
             "SSEApplied": "Default_SSE_S3", "AuthenticationMethod": "AuthHeader",
             "x-amz-id-2": made.token(60) + "=", "bytesTransferredOut": 243.0 if refused else 0.0}
    aws.event(when, "s3", "PutObject", aws.service("cloudtrail.amazonaws.com"),
              "cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com",
              request={"bucketName": BUCKET, "Host": BUCKET + ".s3.us-east-1.amazonaws.com",
                       "key": key},
              error=("AccessDenied", "Access Denied") if refused else None,
              before_ids={"additionalEventData": extra}, read_only=False, management=False,
              after_ids={"resources": [{"type": "AWS::S3::Object",
                                        "ARN": "arn:aws:s3:::%s/%s" % (BUCKET, key)},
                                       {"accountId": ACCOUNT, "type": "AWS::S3::Bucket",
                                        "ARN": "arn:aws:s3:::" + BUCKET}]}, shared=True)


def bucket_acl(aws, when):
    aws.event(when, "s3", "GetBucketAcl", aws.service("cloudtrail.amazonaws.com"),
              "cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com",
              request={"bucketName": BUCKET, "Host": BUCKET + ".s3.us-east-1.amazonaws.com",
                       "acl": ""},
              after_ids={"resources": [{"accountId": ACCOUNT, "type": "AWS::S3::Bucket",
                                        "ARN": "arn:aws:s3:::" + BUCKET}]}, shared=True)


def assume_role(aws, when):
    made = aws.made
    role, service = made.pick([("web-instance", "ec2.amazonaws.com"),
                               ("report-function", "lambda.amazonaws.com"),
                               ("AWSServiceRoleForConfig", "config.amazonaws.com")])
    arn = "arn:aws:iam::%s:role/%s" % (ACCOUNT, role)
    session = made.resource("i") if service.startswith("ec2") else "%s-%s" % (role, made.hex(6))
    token = {"accessKeyId": "ASIA" + made.capitals(9) + "EXAMPLE",
             "sessionToken": made.token(120) + "=",
             "expiration": after(when, 21600).strftime("%b %-d, %Y, %-I:%M:%S %p")}
    aws.event(when, "sts", "AssumeRole", aws.service(service), service, service,
              request={"roleArn": arn, "roleSessionName": session},
              response={"credentials": token},
              after_ids={"resources": [{"accountId": ACCOUNT, "type": "AWS::IAM::Role",
                                        "ARN": arn}]}, shared=True)


def decrypt(aws, when):
    made = aws.made
    identity = aws.role("web-instance", made.resource("i"), after(when, -3000),
                        invoked_by="secretsmanager.amazonaws.com")
    secret = "arn:aws:secretsmanager:us-east-1:%s:secret:web/db-%s" % (ACCOUNT, made.token(6))
    aws.event(when, "kms", "Decrypt", identity, "secretsmanager.amazonaws.com",
              "secretsmanager.amazonaws.com",
              request={"encryptionAlgorithm": "SYMMETRIC_DEFAULT",
                       "encryptionContext": {"SecretARN": secret,
                                             "SecretVersionId": made.uuid().upper()}},
              after_ids={"resources": [{"accountId": ACCOUNT, "type": "AWS::KMS::Key",
                                        "ARN": "arn:aws:kms:us-east-1:%s:key/%s" %
                                               (ACCOUNT, made.uuid())}]})


def agent_report(aws, when):
    """The agent on an instance reports: a write, but not one of EC2."""
    instance = aws.made.resource("i")
    identity = aws.role("web-instance", instance, after(when, -7200))
    aws.event(when, "ssm", "UpdateInstanceInformation", identity, NAT, SSM_AGENT,
              request={"instanceId": instance, "agentVersion": "3.3.1611.0",
                       "platformType": "Linux", "agentName": "amazon-ssm-agent"},
              read_only=False)


def describe(aws, when):
    """Reads of EC2 by an inspector, a person with the command line, or Terraform."""
    made = aws.made
    name, request = made.pick([
        ("DescribeInstances", {"instancesSet": {"items": [{"instanceId": made.resource("i")}]},
                               "filterSet": {}}),
        ("DescribeInstances", {"maxResults": 1000, "instancesSet": {}, "filterSet": {}}),
        ("DescribeSnapshots", {"maxResults": 200, "snapshotSet": {},
                               "ownersSet": {"items": [{"owner": "self"}]},
                               "sharedUsersSet": {}, "filterSet": {}}),
        ("DescribeVolumes", {"volumeSet": {"items": [{"volumeId": made.resource("vol")}]},
                             "filterSet": {}}),
        ("DescribeImages", {"executableBySet": {}, "imagesSet": {},
                            "ownersSet": {"items": [{"owner": "self"}]}, "filterSet": {}}),
        ("DescribeSecurityGroups", {"maxResults": 50, "securityGroupSet": {},
                                    "securityGroupIdSet": {}, "filterSet": {}}),
        ("DescribeInstanceStatus", {"instancesSet": {}, "filterSet": {},
                                    "includeAllInstances": True})])
    who = made.random.random()
    if who < 0.4:
        identity = aws.role("AWSServiceRoleForAmazonInspector2", "inspector-" + made.hex(8), when,
                            "aws-service-role/inspector2.amazonaws.com/",
                            invoked_by="inspector2.amazonaws.com")
        aws.event(when, "ec2", name, identity, "inspector2.amazonaws.com",
                  "inspector2.amazonaws.com", request=request)
    elif who < 0.7:
        identity = aws.role("ci-deploy", "pipeline-%d" % made.random.randrange(4000, 4100),
                            after(when, -120))
        aws.event(when, "ec2", name, identity, "192.0.2.81", TERRAFORM, request=request,
                  region=made.pick(["us-east-1", "us-east-1", "eu-west-1"]))
    else:
        aws.event(when, "ec2", name, aws.user(made.pick(["ana.silva", "tom.ito"])),
                  made.pick(OFFICE), CLI % "ec2.describe", request=request)


def lists(aws, when):
    """Reads of other services."""
    made = aws.made
    source, name, request, agent = made.pick([
        ("s3", "ListBuckets", {"Host": "s3.amazonaws.com"}, S3_CONSOLE),
        ("iam", "ListRoles", {"maxItems": 1000}, CLI % "iam.list-roles"),
        ("iam", "GetUser", None, CLI % "iam.get-user"),
        ("sts", "GetCallerIdentity", None, CLI % "sts.get-caller-identity"),
        ("logs", "DescribeLogGroups", {"limit": 50}, CONSOLE),
        ("cloudtrail", "LookupEvents", {"maxResults": 50}, CONSOLE),
        ("monitoring", "DescribeAlarms", {"maxRecords": 100}, CONSOLE)])
    aws.event(when, source, name, aws.user(made.pick(["ana.silva", "tom.ito", "rui.costa"])),
              made.pick(OFFICE), agent, request=request)


def login(aws, when):
    """A console login. About one in four is a wrong password, which has a message but no code."""
    made = aws.made
    identity = aws.user(made.pick(["ana.silva", "tom.ito", "rui.costa"]))
    del identity["accessKeyId"]
    good = made.random.random() < 0.75
    record = aws.event(when, "signin", "ConsoleLogin", identity, made.pick(OFFICE), CONSOLE,
                       response={"ConsoleLogin": "Success" if good else "Failure"},
                       before_ids={"additionalEventData": {
                           "LoginTo": "https://console.aws.amazon.com/console/home?state="
                                      "hashArgs%23&isauthcode=true",
                           "MobileVersion": "No", "MFAUsed": "Yes" if good else "No"}},
                       read_only=False, event_type="AwsConsoleSignIn")
    del record["requestID"]
    if not good:
        record["errorMessage"] = "Failed authentication"


def refused(aws, when):
    """A failed EC2 write: nothing was changed, errorCode is set and responseElements is null."""
    made = aws.made
    identity = aws.user(made.pick(["rui.costa", "kim.berg"]))
    address = made.pick(OFFICE)
    instance = made.resource("i")
    arn = "arn:aws:ec2:us-east-1:%s:instance/%s" % (ACCOUNT, instance)
    kind = made.random.random()
    if kind < 0.4:
        record = aws.stop(when, identity, address, [instance],
                          error=denied(identity, "ec2:StopInstances", arn, made.token(220)))
    elif kind < 0.7:
        wrong = instance[:-3]
        record = aws.start(when, identity, address, [wrong],
                           error=("Client.InvalidInstanceID.Malformed",
                                  "Invalid id: \"%s\"" % wrong))
    else:
        _, record = aws.run_instances(
            when, identity, address, made.resource("ami"),
            error=("Client.VcpuLimitExceeded",
                   "You have requested more vCPU capacity than your current vCPU limit of 32 "
                   "allows for the instance bucket that the specified instance type belongs to."))
    record["responseElements"] = None


KINDS = ([trail_put] * 8 + [bucket_acl] * 3 + [assume_role] * 4 + [decrypt] * 3 +
         [agent_report] * 3 + [describe] * 8 + [lists] * 5 + [login] + [refused])


def noise(aws, count, first="00:00:00", last="23:45:00", burst_mean=12.0):
    """`count` events over a part of the day, in bursts, some delivered twice."""
    made = aws.made
    left = count
    while left > 0:
        burst = min(left, 1 + int(made.random.expovariate(1 / burst_mean)))
        when = made.moment(first, last)
        for _ in range(burst):
            when = after(when, made.random.random() * 25)
            made.pick(KINDS)(aws, when)
        left -= burst
    quiet = [e["record"] for e in aws.events
             if e["record"]["eventSource"] in ("s3.amazonaws.com", "kms.amazonaws.com")]
    for record in made.random.sample(quiet, len(quiet) // 12):
        aws.again(record)


def odd(aws, when):
    """One event with text that is not ASCII and one with JSON as text inside."""
    identity = aws.user("kim.berg")
    aws.event(when, "ssm", "GetParameter", identity, OFFICE[1], CLI % "ssm.get-parameter",
              request={"name": "/web/gr\u00f6\u00dfe", "withDecryption": False})
    policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":" \
             "\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::example-web/*\"}]}"
    aws.event(after(when, 4), "iam", "GetRolePolicy", identity, OFFICE[1],
              CLI % "iam.get-role-policy",
              request={"roleName": "web-instance", "policyName": "read " + iso_seconds(when)[:10]},
              response=None, before_ids={"additionalEventData": {"policyDocument": policy}})
