"""aws.py - CloudTrail events and the deliveries they come in.

Key order, value types (sizes as text in CreateVolume, as a number in RegisterImage) and the
shape of deliveries follow what was measured on real ones.
"""
import gzip
import hashlib
import io
import json
import os
from datetime import timedelta

from telemetry.made import ACCOUNT, after, epoch_ms, iso_seconds

CLI = ("aws-cli/2.24.10 md/awscrt#0.23.8 ua/2.1 os/linux#6.1.0-31-amd64 md/arch#x86_64 "
       "lang/python#3.12.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe "
       "md/distrib#debian.12 md/prompt#off md/command#%s")
CONSOLE = ("Mozilla/5.0 (X11; Linux x86_64; rv:136.0) Gecko/20100101 Firefox/136.0")
TERRAFORM = ("APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) "
             "terraform-provider-aws/5.88.0 (+https://registry.terraform.io/providers/hashicorp/"
             "aws) aws-sdk-go-v2/1.36.1 os/linux lang/go#1.23.3 md/GOOS#linux md/GOARCH#amd64")
S3_CONSOLE = ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.780 Linux/5.10.234-206.895.amzn2int"
              ".x86_64 OpenJDK_64-Bit_Server_VM/25.442-b06 java/1.8.0_442 "
              "vendor/Oracle_Corporation cfg/retry-mode/standard]")
SSM_AGENT = "aws-sdk-go/1.55.5 (go1.23.6; linux; amd64) amazon-ssm-agent/"
REGION = "us-east-1"
TRAIL = "management-events"
BUCKET = "example-trail-111122223333"


class Aws:
    """Makes the events of one directory."""

    def __init__(self, made):
        self.made = made
        self.events = []
        self.keys = {}

    # -- who ---------------------------------------------------------------------------------

    def user(self, name):
        """An IAM user with a long-lived key; the same name always has the same ids."""
        if name not in self.keys:
            self.keys[name] = ("AIDA" + self.made.capitals(10) + "EXAMPLE",
                               "AKIA" + self.made.capitals(9) + "EXAMPLE")
        principal, key = self.keys[name]
        return {"type": "IAMUser", "principalId": principal,
                "arn": "arn:aws:iam::%s:user/%s" % (ACCOUNT, name), "accountId": ACCOUNT,
                "accessKeyId": key, "userName": name}

    def role(self, role, session, since, path="", invoked_by=None):
        """A session of a role."""
        if role not in self.keys:
            self.keys[role] = ("AROA" + self.made.capitals(10) + "EXAMPLE",
                               "ASIA" + self.made.capitals(9) + "EXAMPLE")
        principal, key = self.keys[role]
        issuer = {"type": "Role", "principalId": principal,
                  "arn": "arn:aws:iam::%s:role/%s%s" % (ACCOUNT, path, role),
                  "accountId": ACCOUNT, "userName": role}
        identity = {"type": "AssumedRole", "principalId": principal + ":" + session,
                    "arn": "arn:aws:sts::%s:assumed-role/%s/%s" % (ACCOUNT, role, session),
                    "accountId": ACCOUNT, "accessKeyId": key,
                    "sessionContext": {"sessionIssuer": issuer, "webIdFederationData": {},
                                       "attributes": {"creationDate": iso_seconds(since),
                                                      "mfaAuthenticated": "false"}}}
        if invoked_by is not None:
            del identity["accessKeyId"]
            identity["invokedBy"] = invoked_by
        return identity

    @staticmethod
    def service(name):
        return {"type": "AWSService", "invokedBy": name}

    # -- one event ---------------------------------------------------------------------------

    def event(self, when, source, name, identity, address, agent, **rest):
        """Appends one event. `rest`: request, response, read_only, region, error, extra."""
        made = self.made
        service = source + ".amazonaws.com"
        record = {"eventVersion": rest.get("version", "1.11"), "userIdentity": identity,
                  "eventTime": iso_seconds(when), "eventSource": service, "eventName": name,
                  "awsRegion": rest.get("region", REGION), "sourceIPAddress": address,
                  "userAgent": agent}
        if rest.get("error") is not None:
            record["errorCode"], record["errorMessage"] = rest["error"]
        request_id = made.uuid()
        response = rest.get("response")
        if response is not None and source == "ec2":
            response = {"requestId": request_id, **response}
        record["requestParameters"] = rest.get("request")
        record["responseElements"] = response
        record.update(rest.get("before_ids", {}))
        record["requestID"] = request_id
        record["eventID"] = made.uuid()
        record["readOnly"] = rest.get("read_only", True)
        record.update(rest.get("after_ids", {}))
        record["eventType"] = rest.get("event_type", "AwsApiCall")
        record["managementEvent"] = rest.get("management", True)
        record["recipientAccountId"] = ACCOUNT
        if rest.get("shared"):
            record["sharedEventID"] = made.uuid()
        record["eventCategory"] = "Management" if record["managementEvent"] else "Data"
        if rest.get("tls", not address.endswith(".amazonaws.com")):
            record["tlsDetails"] = {"tlsVersion": "TLSv1.3",
                                    "cipherSuite": "TLS_AES_128_GCM_SHA256",
                                    "clientProvidedHostHeader":
                                        "%s.%s.amazonaws.com" % (source, record["awsRegion"])}
        self.events.append({"when": when, "record": record})
        return record

    def again(self, record):
        """Delivers `record` a second time: the same bytes in another file."""
        entry = next(e for e in self.events if e["record"] is record)
        entry["copies"] = entry.get("copies", 0) + 1

    def late(self, record, seconds):
        """Delivers `record` so much later than usual."""
        next(e for e in self.events if e["record"] is record)["late"] = seconds

    def write(self, when, name, identity, address, request, response, **rest):
        """A successful (or, with `error`, failed) EC2 write."""
        agent = rest.pop("agent", CLI % ("ec2." + kebab(name)))
        return self.event(when, "ec2", name, identity, address, agent, request=request,
                          response=response, read_only=False, **rest)

    # -- EC2 writes that several directories use ----------------------------------------------

    def stop(self, when, identity, address, instances, **rest):
        force = rest.pop("force", False)
        items = [{"instanceId": i} for i in instances]
        states = [{"currentState": {"code": 64, "name": "stopping"}, "instanceId": i,
                   "previousState": {"code": 16, "name": "running"}} for i in instances]
        return self.write(when, "StopInstances", identity, address,
                          {"instancesSet": {"items": items}, "force": force},
                          {"instancesSet": {"items": states}}, **rest)

    def start(self, when, identity, address, instances, **rest):
        items = [{"instanceId": i} for i in instances]
        states = [{"currentState": {"code": 0, "name": "pending"}, "instanceId": i,
                   "previousState": {"code": 80, "name": "stopped"}} for i in instances]
        return self.write(when, "StartInstances", identity, address,
                          {"instancesSet": {"items": items}},
                          {"instancesSet": {"items": states}}, **rest)

    def create_volume(self, when, identity, address, snapshot, zone, **rest):
        volume = self.made.resource("vol")
        request = {"snapshotId": snapshot, "zone": zone, "volumeType": "gp3",
                   "clientToken": self.made.uuid()}
        response = {"volumeId": volume, "size": "40", "snapshotId": snapshot, "zone": zone,
                    "status": "creating", "createTime": epoch_ms(when), "volumeType": "gp3",
                    "iops": 3000, "encrypted": False,
                    "tagSet": {}, "multiAttachEnabled": False, "throughput": 125}
        return volume, self.write(when, "CreateVolume", identity, address, request, response,
                                  **rest)

    def attach_volume(self, when, identity, address, volume, instance, device, **rest):
        request = {"volumeId": volume, "instanceId": instance, "device": device,
                   "deleteOnTermination": False}
        response = {"volumeId": volume, "instanceId": instance, "device": device,
                    "status": "attaching", "attachTime": epoch_ms(when),
                    "deleteOnTermination": False}
        return self.write(when, "AttachVolume", identity, address, request, response, **rest)

    def create_snapshot(self, when, identity, address, volume, description, **rest):
        snapshot = self.made.resource("snap")
        response = {"snapshotId": snapshot, "volumeId": volume, "status": "pending",
                    "startTime": epoch_ms(when), "progress": "", "ownerId": ACCOUNT,
                    "volumeSize": "40", "description": description, "encrypted": False}
        return snapshot, self.write(when, "CreateSnapshot", identity, address,
                                    {"volumeId": volume, "description": description}, response,
                                    **rest)

    def register_image(self, when, identity, address, name, snapshot, **rest):
        image = self.made.resource("ami")
        ebs = {"snapshotId": snapshot, "volumeSize": 40, "deleteOnTermination": True,
               "volumeType": "gp3"}
        request = {"name": name, "architecture": "x86_64", "rootDeviceName": "/dev/xvda",
                   "blockDeviceMapping": {"items": [{"deviceName": "/dev/xvda", "ebs": ebs}]},
                   "virtualizationType": "hvm", "sriovNetSupport": "simple", "enaSupport": True}
        return image, self.write(when, "RegisterImage", identity, address, request,
                                 {"imageId": image}, **rest)

    def run_instances(self, when, identity, address, image, **rest):
        made = self.made
        instance, subnet, vpc = (made.resource(p) for p in ("i", "subnet", "vpc"))
        token = made.uuid()
        private = "10.20.%d.%d" % (made.random.randrange(1, 9), made.random.randrange(10, 240))
        request = {"instancesSet": {"items": [{"imageId": image, "minCount": 1, "maxCount": 1}]},
                   "instanceType": "t3.medium", "blockDeviceMapping": {},
                   "monitoring": {"enabled": False}, "subnetId": subnet,
                   "disableApiTermination": False, "disableApiStop": False, "clientToken": token}
        launched = {"instanceId": instance, "imageId": image,
                    "currentInstanceBootMode": "legacy-bios",
                    "instanceState": {"code": 0, "name": "pending"},
                    "privateDnsName": "ip-%s.ec2.internal" % private.replace(".", "-"),
                    "amiLaunchIndex": 0, "productCodes": {}, "instanceType": "t3.medium",
                    "launchTime": epoch_ms(when),
                    "placement": {"availabilityZone": REGION + "a", "tenancy": "default"},
                    "monitoring": {"state": "disabled"}, "subnetId": subnet, "vpcId": vpc,
                    "privateIpAddress": private,
                    "stateReason": {"code": "pending", "message": "pending"},
                    "architecture": "x86_64", "rootDeviceType": "ebs",
                    "rootDeviceName": "/dev/xvda", "blockDeviceMapping": {},
                    "virtualizationType": "hvm", "hypervisor": "xen", "clientToken": token}
        response = {"reservationId": made.resource("r"), "ownerId": ACCOUNT, "groupSet": {},
                    "instancesSet": {"items": [launched]}}
        if rest.get("error") is not None:
            response = None
        return instance, self.write(when, "RunInstances", identity, address, request, response,
                                    **rest)


def kebab(name):
    return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")


def denied(identity, action, resource, blob):
    """EC2's words for a refused call, with its encoded message."""
    return ("Client.UnauthorizedOperation",
            "You are not authorized to perform this operation. User: %s is not authorized to "
            "perform: %s on resource: %s because no identity-based policy allows the %s action. "
            "Encoded authorization failure message: %s" % (identity["arn"], action, resource,
                                                           action, blob))


# -- deliveries --------------------------------------------------------------------------------

def deliver(aws, root):
    """Writes the events as deliveries below `root`, with an hourly digest where there are any."""
    made = aws.made
    groups = {}
    for entry in aws.events:
        used = set()
        for _ in range(1 + entry.get("copies", 0)):
            stamp = delivery_stamp(entry["when"], entry.get("late", 0), made)
            while stamp in used:
                stamp += timedelta(minutes=5)
            used.add(stamp)
            groups.setdefault((entry["record"]["awsRegion"], stamp), []).append(entry["record"])
    written = {}
    for (region, stamp), records in sorted(groups.items(), key=lambda g: g[0]):
        made.random.shuffle(records)
        while records:
            count = min(len(records), 1 + int(made.random.expovariate(1 / 11.0)))
            part, records = records[:count], records[count:]
            path, data = log_file(region, stamp, part, made)
            write_gzip(os.path.join(root, path), data)
            written.setdefault((region, stamp.replace(minute=0)), []).append((path, data, part))
    for (region, hour), files in sorted(written.items()):
        if region == REGION:
            digest(root, region, hour, files)


def delivery_stamp(when, late, made):
    """Deliveries are stamped on five-minute marks, up to ten minutes after the event."""
    ready = after(when, late + made.random.triangular(0, 300, 0))
    mark = ready.replace(minute=ready.minute - ready.minute % 5, second=0, microsecond=0)
    return mark + timedelta(minutes=5)


def log_file(region, stamp, records, made):
    name = "%s_CloudTrail_%s_%s_%s.json.gz" % (ACCOUNT, region, stamp.strftime("%Y%m%dT%H%MZ"),
                                               made.token(16))
    path = "AWSLogs/%s/CloudTrail/%s/%s/%s" % (ACCOUNT, region, stamp.strftime("%Y/%m/%d"), name)
    return path, json.dumps({"Records": records}, separators=(",", ":")).encode("ascii")


def digest(root, region, hour, files):
    """The digest of an hour's deliveries: an object that holds no events."""
    end = hour + timedelta(hours=1, minutes=7)
    start = end - timedelta(hours=1)
    entries = []
    for path, data, records in files:
        times = sorted(r["eventTime"] for r in records)
        entries.append({"s3Bucket": BUCKET, "s3Object": path,
                        "hashValue": hashlib.sha256(data).hexdigest(),
                        "hashAlgorithm": "SHA-256", "newestEventTime": times[-1],
                        "oldestEventTime": times[0]})
    name = "%s_CloudTrail-Digest_%s_%s_%s_%s.json.gz" % (ACCOUNT, region, TRAIL, region,
                                                         end.strftime("%Y%m%dT%H%M%SZ"))
    path = "AWSLogs/%s/CloudTrail-Digest/%s/%s/%s" % (ACCOUNT, region, end.strftime("%Y/%m/%d"),
                                                      name)
    body = {"awsAccountId": ACCOUNT, "digestStartTime": iso_seconds(start),
            "digestEndTime": iso_seconds(end), "digestS3Bucket": BUCKET,
            "digestS3Object": path,
            "digestPublicKeyFingerprint": hashlib.md5(TRAIL.encode()).hexdigest(),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": max(e["newestEventTime"] for e in entries),
            "oldestEventTime": min(e["oldestEventTime"] for e in entries),
            "previousDigestS3Bucket": None, "previousDigestS3Object": None,
            "previousDigestHashValue": None, "previousDigestHashAlgorithm": None,
            "previousDigestSignature": None, "logFiles": entries}
    write_gzip(os.path.join(root, path), json.dumps(body, separators=(",", ":")).encode("ascii"))


def write_gzip(path, data):
    """Gzip without a name and with time 0, so that the same data gives the same bytes."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as out:
        out.write(data)
    with open(path, "wb") as file:
        file.write(buffer.getvalue())
