# The CloudTrail branch of T1578.004.spl: actor, address, operation, resource of each row.
select(
    (.eventName | IN("ImportSnapshot", "RestoreSnapshotTier", "CreateRestoreImageTask",
        "CopySnapshot", "RegisterImage", "AttachVolume", "ModifyVolume", "StopInstances",
        "StartInstances", "RunInstances"))
    and (.errorCode // "") == ""
    and (.eventName
        | test("snapshot|RestoreImage|RegisterImage|^StopInstances$|^StartInstances$"; "i"))
)
| [
    .userIdentity.arn // "",
    .sourceIPAddress,
    .eventName,
    .requestParameters.volumeId // .requestParameters.instanceId // .requestParameters.imageId
        // "unknown"
]
| join(",")
