"""procedures.py - the four published test procedures, each amid a quiet day's noise."""
import os

from telemetry import azure as azure_shapes
from telemetry.aws import Aws, deliver
from telemetry.aws_noise import noise as aws_noise, odd
from telemetry.azure import Azure, Person
from telemetry.crowdstrike import Sensor, cloud_noise, lines
from telemetry.made import SUBSCRIPTION, Made, at

ADDRESS = "198.51.100.77"


def stop_start(root):
    """1: the instance is stopped and started again; its instance store is empty after that."""
    aws = Aws(Made("procedure-1"))
    aws_noise(aws, 210, "12:40:00", "15:10:00")
    odd(aws, at("13:20:31"))
    who, instance = aws.user("dana.reyes"), aws.made.resource("i")
    # The stop is delivered long after the start: the order of files is not that of events.
    aws.late(aws.stop(at("14:02:11"), who, ADDRESS, [instance]), 1500)
    aws.start(at("14:06:48"), who, ADDRESS, [instance])
    deliver(aws, root)
    return [("StopInstances", "instance", instance, who, at("14:02:11")),
            ("StartInstances", "instance", instance, who, at("14:06:48"))]


def volume_from_snapshot(root):
    """2: a volume is made from an old snapshot and attached to the instance."""
    aws = Aws(Made("procedure-2"))
    aws_noise(aws, 190, "08:30:00", "10:45:00")
    who, instance = aws.user("lee.okafor"), aws.made.resource("i")
    volume, record = aws.create_volume(at("09:31:05"), who, ADDRESS, aws.made.resource("snap"),
                                       "us-east-1a")
    aws.again(record)
    aws.attach_volume(at("09:32:40"), who, ADDRESS, volume, instance, "/dev/sdf")
    deliver(aws, root)
    return [("CreateVolume", "volume", volume, who, at("09:31:05")),
            ("AttachVolume", "volume", volume, who, at("09:32:40"))]


def azure_disk_from_snapshot(root):
    """3: managed disks are made from snapshots, and one becomes a machine's system disk."""
    azure = Azure(Made("procedure-3"))
    rita = Person(azure.made, "rita.lindqvist@example.com", "Rita Lindqvist", "192.0.2.45")
    others = [Person(azure.made, "omar.haddad@example.com", "Omar Haddad", "203.0.113.61"),
              Person(azure.made, address="203.0.113.90")]
    azure_shapes.noise(azure, others, 12, "15:20:00", "18:30:00")
    machine = "Microsoft.Compute/virtualMachines/"
    azure.copy_disk(at("16:10:02.118431"), rita, "web-01-osdisk-v2", "web-01-osdisk-20250318")
    azure.copy_disk(at("16:11:40.904120"), rita, "db-01-data-from-snapshot", "db-01-data-20250318",
                    bodies="none")
    azure.copy_disk(at("16:13:15.550098"), rita, "app-02-osdisk-v2", "app-02-osdisk-20250318",
                    bodies="started")
    azure.copy_disk(at("16:14:20.330777"), rita, "app-03-osdisk-v2", "app-03-osdisk-20250318",
                    failed=True, error="{\"error\":{\"code\":\"Conflict\",\"message\":"
                    "\"The disk app-03-osdisk-v2 already exists.\"}}")
    azure.empty_disk(at("16:18:33.017240"), rita, "web-01-scratch")
    azure.long_operation(at("16:20:01.440019"), rita, machine + "deallocate/action",
                         machine + "vm-web-01", seconds=31.2)
    azure.long_operation(at("16:21:12.700541"), rita, machine + "write", machine + "vm-web-01",
                         seconds=8.4, code="OK",
                         request={"properties": {"storageProfile": {"osDisk": {
                             "name": "web-01-osdisk-v2"}}}})
    azure.long_operation(at("16:22:05.029733"), rita, machine + "start/action",
                         machine + "vm-web-01", seconds=22.7)
    azure_shapes.write_rest(azure, os.path.join(root, "rest"))
    azure_shapes.write_hub(azure, os.path.join(root, "eventhub"))
    azure_shapes.write_storage(azure, os.path.join(root, "storage"))
    place = ("/subscriptions/%s/resourceGroups/rg-web-prod/providers/Microsoft.Compute" %
             SUBSCRIPTION)
    return [("Microsoft.Compute/disks/write", "disk", place + "/disks/web-01-osdisk-v2", rita,
             at("16:10:08.618431")),
            ("Microsoft.Compute/virtualMachines/write", "virtualMachine",
             place + "/virtualMachines/vm-web-01", rita, at("16:21:21.100541"))]


def image_from_snapshot(root):
    """4: an image is registered from an old snapshot, and a new instance is run from it."""
    aws = Aws(Made("procedure-4"))
    aws_noise(aws, 200, "18:45:00", "21:20:00")
    who = aws.user("sam.novak")
    image, record = aws.register_image(at("20:14:09"), who, ADDRESS, "web-01-golden",
                                       aws.made.resource("snap"))
    aws.again(record)
    instance, _ = aws.run_instances(at("20:17:52"), who, ADDRESS, image)
    deliver(aws, root)
    return [("RegisterImage", "image", image, who, at("20:14:09")),
            ("RunInstances", "instance", instance, who, at("20:17:52"))]


def falcon(path, operations):
    """The same operations as CloudResourceModification events, amid sensor events."""
    sensor = Sensor(Made("crowdstrike"))
    sensor.noise(110, "08:00:00", "22:00:00")
    cloud_noise(sensor, at("11:05:00"))
    for operation, kind, resource, who, when in operations:
        actor = who["userName"] if isinstance(who, dict) else who.upn
        sensor.cloud(when, actor, operation, kind, resource)
    azure_shapes.write_text(path, lines(sensor))
