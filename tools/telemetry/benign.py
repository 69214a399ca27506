"""benign.py - a day of ordinary work, with the operations that make published queries alert.

Backups, schedules, scaling, pipelines and drills: what both pages list under false positives.
Nobody attacks anything here, so every row a query gives over this directory is a false alarm.
"""
import os

from telemetry import azure as azure_shapes
from telemetry.aws import ACCOUNT, CLI, CONSOLE, TERRAFORM, Aws, deliver
from telemetry.aws_noise import OFFICE, noise as aws_noise, odd
from telemetry.azure import Azure, Person
from telemetry.made import Made, after, at


def backup(aws):
    """The nightly backup: snapshots, copies to a second region, and the oldest deleted."""
    agent = "backup.amazonaws.com"
    who = aws.role("AWSBackupDefaultServiceRole", "AWSBackup-" + aws.made.uuid(), at("02:00:00"),
                   "service-role/", invoked_by=agent)
    for number in range(4):
        when = after(at("02:00:12"), 40 * number)
        snapshot, _ = aws.create_snapshot(when, who, agent, aws.made.resource("vol"),
                                          "This snapshot is created by the AWS Backup service.",
                                          agent=agent)
        if number % 2 == 0:
            aws.write(after(when, 900), "CopySnapshot", who, agent,
                      {"sourceRegion": "us-east-1", "sourceSnapshotId": snapshot,
                       "encrypted": False, "destinationRegion": "eu-west-1"},
                      {"snapshotId": aws.made.resource("snap")}, agent=agent, region="eu-west-1")
    aws.write(at("02:31:40"), "DeleteSnapshot", who, agent,
              {"snapshotId": aws.made.resource("snap")}, {"_return": True}, agent=agent)


def schedule(aws):
    """Test machines are stopped for the night and started in the morning."""
    who = aws.role("office-hours-scheduler", "scheduler-" + aws.made.hex(8), at("01:30:00"))
    agent = "Boto3/1.37.4 md/Botocore#1.37.4 ua/2.0 os/linux#5.10.234 md/arch#x86_64 " \
            "lang/python#3.12.9 exec-env/AWS_Lambda_python3.12 Botocore/1.37.4"
    machines = [aws.made.resource("i") for _ in range(3)]
    record = aws.stop(at("01:30:04"), who, "192.0.2.130", machines, agent=agent)
    aws.again(record)
    aws.start(at("05:30:03"), who, "192.0.2.130", machines, agent=agent)


def scaling(aws):
    """A scaling group grows at noon and shrinks in the evening."""
    agent = "autoscaling.amazonaws.com"
    who = aws.role("AWSServiceRoleForAutoScaling", "AutoScaling", at("11:50:00"),
                   "aws-service-role/autoscaling.amazonaws.com/", invoked_by=agent)
    image = aws.made.resource("ami")
    machines = [aws.run_instances(after(at("12:01:10"), 75 * n), who, agent, image,
                                  agent=agent)[0] for n in range(3)]
    for number, machine in enumerate(machines):
        states = {"items": [{"instanceId": machine,
                             "currentState": {"code": 32, "name": "shutting-down"},
                             "previousState": {"code": 16, "name": "running"}}]}
        aws.write(after(at("19:40:31"), 60 * number), "TerminateInstances", who, agent,
                  {"instancesSet": {"items": [{"instanceId": machine}]}},
                  {"instancesSet": states}, agent=agent)


def pipeline(aws):
    """A deployment makes and removes a security group, and bakes an image."""
    made = aws.made
    who = aws.role("ci-deploy", "pipeline-4107", at("10:00:00"))
    group, vpc = made.resource("sg"), made.resource("vpc")
    aws.write(at("10:02:15"), "CreateSecurityGroup", who, "192.0.2.81",
              {"groupName": "smoke-test", "groupDescription": "smoke test", "vpcId": vpc},
              {"_return": True, "groupId": group}, agent=TERRAFORM)
    aws.write(at("10:02:16"), "CreateTags", who, "192.0.2.81",
              {"resourcesSet": {"items": [{"resourceId": group}]},
               "tagSet": {"items": [{"key": "Stage", "value": "smoke"}]}},
              {"_return": True}, agent=TERRAFORM)
    aws.write(at("10:19:44"), "DeleteSecurityGroup", who, "192.0.2.81", {"groupId": group},
              {"_return": True}, agent=TERRAFORM)
    bakery = aws.role("image-pipeline", "bake-0401", at("10:30:00"))
    image, _ = aws.register_image(at("10:41:27"), bakery, "192.0.2.82", "web-base-2025-04-01",
                                  made.resource("snap"), agent="packer-plugin-amazon/1.3.3 APN/1.0")
    aws.run_instances(at("10:43:02"), bakery, "192.0.2.82", image,
                      agent="packer-plugin-amazon/1.3.3 APN/1.0")


def drill(aws):
    """A restore drill by the runbook, and everyday work on volumes."""
    made = aws.made
    tom, ana = aws.user("tom.ito"), aws.user("ana.silva")
    instance = made.resource("i")
    volume, _ = aws.create_volume(at("15:02:00"), tom, OFFICE[1], made.resource("snap"),
                                  "us-east-1b")
    aws.attach_volume(at("15:03:10"), tom, OFFICE[1], volume, instance, "/dev/sdg")
    aws.write(at("15:28:41"), "DetachVolume", tom, OFFICE[1], {"volumeId": volume},
              {"volumeId": volume, "instanceId": instance, "device": "/dev/sdg",
               "status": "detaching", "attachTime": 1743519790000})
    aws.write(at("15:30:05"), "DeleteVolume", tom, OFFICE[1], {"volumeId": volume},
              {"_return": True})
    aws.write(at("16:00:20"), "ModifyVolume", ana, OFFICE[0],
              {"ModifyVolumeRequest": {"VolumeId": made.resource("vol"), "Size": 80}},
              {"ModifyVolumeResponse": {"volumeModification": {
                  "targetSize": 80, "modificationState": "modifying", "originalSize": 40}}})
    aws.write(at("16:04:00"), "ModifyInstanceAttribute", ana, OFFICE[0],
              {"instanceId": instance, "disableApiTermination": {"value": True}},
              {"_return": True}, agent=CONSOLE)
    chaos = aws.role("fault-injection", "FIS-" + made.hex(8), at("17:00:00"),
                     invoked_by="fis.amazonaws.com")
    aws.stop(at("17:00:30"), chaos, "fis.amazonaws.com", [instance], agent="fis.amazonaws.com",
             force=True)
    aws.start(at("17:05:31"), chaos, "fis.amazonaws.com", [instance], agent="fis.amazonaws.com")


def shared_snapshot(aws):
    """An event of the service itself, without a type or an arn."""
    record = aws.event(at("11:12:09"), "ec2", "SharedSnapshotVolumeCreated",
                       {"accountId": ACCOUNT, "invokedBy": "ec2.amazonaws.com"},
                       "ec2.amazonaws.com", "ec2.amazonaws.com", read_only=False,
                       event_type="AwsServiceEvent", shared=True)
    del record["requestID"]
    category = record.pop("eventCategory")
    record["serviceEventDetails"] = {"snapshotId": aws.made.resource("snap")}
    record["eventCategory"] = category


def azure_work(azure, people):
    """Backups, a pipeline's snapshot, a deleted disk, and blank disks."""
    person, service = people
    compute = "Microsoft.Compute/"
    vault = ("Microsoft.RecoveryServices/vaults/rsv-prod/backupFabrics/Azure/protectionContainers/"
             "iaasvmcontainer;iaasvmcontainerv2;rg-web-prod;vm-web-01/protectedItems/"
             "vm;iaasvmcontainerv2;rg-web-prod;vm-web-01")
    made = azure.made
    azure.long_operation(made.moment("01:00:00", "02:00:00"), service,
                         "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/"
                         "protectedItems/backup/action", vault)
    azure.short_operation(made.moment("02:00:00", "02:20:00"), service,
                          compute + "restorePointCollections/write",
                          compute + "restorePointCollections/AzureBackup_vm-web-01")
    azure.long_operation(made.moment("02:20:00", "02:50:00"), service,
                         compute + "restorePointCollections/restorePoints/write",
                         compute + "restorePointCollections/AzureBackup_vm-web-01/restorePoints/"
                         "AzureBackup_20250401", code="Created")
    azure.long_operation(made.moment("09:00:00", "12:00:00"), person, compute + "snapshots/write",
                         compute + "snapshots/before-release-%s" % made.hex(4), code="Created")
    azure.long_operation(made.moment("13:00:00", "14:00:00"), person, compute + "disks/delete",
                         compute + "disks/shop-04-old", method="DELETE")
    azure.empty_disk(made.moment("14:00:00", "15:00:00"), person, "report-02-data")
    azure.empty_disk(made.moment("15:00:00", "16:00:00"), person, "report-03-data", with_body=True)
    machine = compute + "virtualMachines/"
    azure.long_operation(made.moment("18:00:00", "18:30:00"), service,
                         machine + "deallocate/action", machine + "vm-test-01", seconds=40)
    azure.long_operation(made.moment("05:00:00", "05:30:00"), service, machine + "start/action",
                         machine + "vm-test-01", seconds=25)


def ordinary_day(root):
    aws = Aws(Made("benign"))
    for part in (backup, schedule, scaling, pipeline, drill, shared_snapshot):
        part(aws)
    aws_noise(aws, 420, burst_mean=30.0)
    odd(aws, at("06:10:00"))
    aws.event(at("16:45:00"), "autoscaling", "DescribeAutoScalingGroups", aws.user("ana.silva"),
              OFFICE[0], CLI % "autoscaling.describe-auto-scaling-groups",
              request={"maxRecords": 100})
    deliver(aws, root)
    for name, write in (("rest", azure_shapes.write_rest), ("eventhub", azure_shapes.write_hub),
                        ("storage", azure_shapes.write_storage)):
        azure = Azure(Made("benign/" + name))
        people = (Person(azure.made, "omar.haddad@example.com", "Omar Haddad", "203.0.113.61"),
                  Person(azure.made, address="192.0.2.10"))
        azure_work(azure, people)
        azure_shapes.noise(azure, people, 6)
        write(azure, os.path.join(root, "azure", name))
