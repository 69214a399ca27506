"""crowdstrike.py - sensor events, and CloudResourceModification events beside them.

Sensor events are flat objects whose values are all text, as FDR delivers them. No public sample
of CloudResourceModification was found: its four fields are those the published query names, in
the same flat form.
"""
import json

from telemetry.made import SUBSCRIPTION, after, epoch_ms

CID = "5ffc01be0eb54d2e9f4a1f1bfb3f0d7a"
HOSTS = (("web-01", "Lin", "10.20.1.17"), ("web-02", "Lin", "10.20.1.18"),
         ("WS-ITO", "Win", "10.30.4.52"))


class Sensor:
    def __init__(self, made):
        self.made = made
        self.events = []
        self.aids = {host: made.hex(32) for host, _, _ in HOSTS}
        self.cloud_aid = made.hex(32)

    def add(self, when, name, fields, host=None):
        event = {"event_simpleName": name, "aid": self.cloud_aid if host is None else
                 self.aids[host[0]], "cid": CID, "id": self.made.uuid(),
                 "timestamp": str(epoch_ms(when))}
        if host is not None:
            event.update({"aip": "198.51.100.200", "event_platform": host[1],
                          "ComputerName": host[0], "ConfigBuild": "1007.3.0019503.1",
                          "ConfigStateHash": "1753812904", "EventOrigin": "1",
                          "EffectiveTransmissionClass": "2", "Entitlements": "15",
                          "name": name + {"Lin": "LinV12", "Win": "V19"}[host[1]],
                          "ContextTimeStamp": "%.3f" % (when.timestamp() - 0.2)})
        event.update(fields)
        self.events.append((when, event))

    def cloud(self, when, actor, operation, kind, resource):
        """A cloud event; its fields are those the published query names."""
        self.add(when, "CloudResourceModification",
                 {"ActorUserName": actor, "OperationName": operation, "ResourceType": kind,
                  "ResourceName": resource})

    def process(self, when):
        made = self.made
        host = made.pick(HOSTS)
        if host[1] == "Win":
            image, line = made.pick([
                ("\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe",
                 "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule"),
                ("\\Device\\HarddiskVolume3\\Program Files\\Mozilla Firefox\\firefox.exe",
                 "\"C:\\Program Files\\Mozilla Firefox\\firefox.exe\" -contentproc")])
        else:
            image, line = made.pick([
                ("/usr/bin/dash", "sh -c /usr/lib/sysstat/sa1 1 1"),
                ("/usr/bin/run-parts", "run-parts --report /etc/cron.hourly"),
                ("/usr/sbin/logrotate", "/usr/sbin/logrotate /etc/logrotate.conf")])
        self.add(when, "ProcessRollup2",
                 {"ImageFileName": image, "CommandLine": line,
                  "TargetProcessId": str(made.random.randrange(10 ** 10, 10 ** 11)),
                  "ParentProcessId": str(made.random.randrange(10 ** 10, 10 ** 11)),
                  "RawProcessId": str(made.random.randrange(800, 30000)),
                  "SHA256HashData": made.hex(64), "MD5HashData": made.hex(32),
                  "ProcessStartTime": "%.3f" % (when.timestamp() - 0.3),
                  "ProcessEndTime": "", "Tags": "27, 40, 151, 874, 924"}, host)

    def network(self, when):
        made = self.made
        host = made.pick(HOSTS)
        if made.random.random() < 0.5:
            self.add(when, "DnsRequest",
                     {"DomainName": made.pick(["ec2.us-east-1.amazonaws.com", "deb.example.org",
                                               "time.example.net"]),
                      "RequestType": "1",
                      "ContextProcessId": str(made.random.randrange(10 ** 10, 10 ** 11))}, host)
        else:
            self.add(when, "NetworkConnectIP4",
                     {"LocalAddressIP4": host[2], "RemoteAddressIP4": "203.0.113.80",
                      "LocalPort": str(made.random.randrange(32768, 61000)), "RemotePort": "443",
                      "Protocol": "6", "ConnectionDirection": "0",
                      "ContextProcessId": str(made.random.randrange(10 ** 10, 10 ** 11))}, host)

    def noise(self, count, first, last):
        for _ in range(count):
            self.made.pick((self.process, self.process, self.network))(
                self.made.moment(first, last))


def cloud_noise(sensor, when):
    """Cloud events that the published query leaves out: by the actor's name, or rated Low."""
    volume, instance = sensor.made.resource("vol"), sensor.made.resource("i")
    snapshot = sensor.made.resource("snap")
    sensor.cloud(when, "AWSBackup-nightly", "CreateSnapshot", "snapshot", snapshot)
    sensor.cloud(after(when, 3), "AWSBackup-nightly", "DeleteSnapshot", "snapshot",
                 sensor.made.resource("snap"))
    sensor.cloud(after(when, 700), "office-hours-scheduler", "StopInstances", "instance", instance)
    sensor.cloud(after(when, 705), "ana.silva", "ModifyInstanceAttribute", "instance", instance)
    sensor.cloud(after(when, 710), "ana.silva", "AttachVolume", "volume", volume)
    sensor.cloud(after(when, 950), "rita.lindqvist@example.com",
                 "Microsoft.Compute/virtualMachines/restart/action", "virtualMachine",
                 "/subscriptions/%s/resourceGroups/rg-web-prod/providers/Microsoft.Compute/"
                 "virtualMachines/vm-web-03" % SUBSCRIPTION)


def lines(sensor):
    """The file's text: a line an event, in the order of arrival, which is not that of time."""
    made = sensor.made
    arrived = sorted(sensor.events, key=lambda e: (after(e[0], made.random.uniform(1, 90)),
                                                   e[1]["id"]))
    return "".join(json.dumps(event, separators=(",", ":")) + "\n" for _, event in arrived)
