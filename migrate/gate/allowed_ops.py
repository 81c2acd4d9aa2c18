"""Which ops may run: those that only compute, and those that keep state in memory which real classifiers need.

TensorFlow has about 1,460 public ops, and what an op can reach does not show in its name: `CacheDataset`,
`SnapshotDataset` and `DebugNumericSummary` write files. So the list says what is allowed, not what is forbidden, and an
op of a TensorFlow yet to come is refused until somebody has looked at it.
"""

import fnmatch
import functools
import json
from typing import Dict, FrozenSet, List, NamedTuple

from poets.migrate.gate.op_registry import DATA

# Ops that are not in `computing_ops.json`, with the reason why they are allowed all the same.
ALLOWED = (
    (
        "calls functions of the graph's own library, which is searched too",
        "If While Case StatelessIf StatelessWhile StatelessCase For PartitionedCall StatefulPartitionedCall MapDefun "
        "SymbolicGradient",
    ),
    (
        "is TensorFlow 1's control flow; its frames, stacks and arrays live in memory",
        "Enter RefEnter RefExit RefIdentity RefMerge RefNextIteration RefSelect RefSwitch Stack StackPush StackPop "
        "StackClose StackV2 StackPushV2 StackPopV2 StackCloseV2 TensorArray TensorArrayClose TensorArrayConcat "
        "TensorArrayGather TensorArrayGrad TensorArrayPack TensorArrayRead TensorArrayScatter TensorArraySize "
        "TensorArraySplit TensorArrayUnpack TensorArrayWrite TensorArrayV2 TensorArrayGradV2 TensorArrayV3 "
        "TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayGradV3 TensorArrayGradWithShape "
        "TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayWriteV3",
    ),
    (
        "is a list, a map or a ragged or sparse matrix in memory, with which TensorFlow 2's loops and layers work",
        "EmptyTensorList TensorListConcat TensorListConcatLists TensorListConcatV2 TensorListElementShape "
        "TensorListFromTensor TensorListGather TensorListGetItem TensorListLength TensorListPopBack "
        "TensorListPushBack TensorListPushBackBatch TensorListReserve TensorListResize TensorListScatter "
        "TensorListScatterIntoExistingList TensorListScatterV2 TensorListSetItem TensorListSplit TensorListStack "
        "EmptyTensorMap TensorMapErase TensorMapHasKey TensorMapInsert TensorMapLookup TensorMapSize "
        "TensorMapStackKeys RaggedTensorFromVariant RaggedTensorToVariant RaggedTensorToVariantGradient "
        "CSRSparseMatrixComponents CSRSparseMatrixToDense CSRSparseMatrixToSparseTensor DenseToCSRSparseMatrix "
        "SparseMatrixAdd SparseMatrixMatMul SparseMatrixMul SparseMatrixNNZ SparseMatrixSoftmax "
        "SparseMatrixSparseMatMul SparseMatrixTranspose SparseMatrixZeros SparseTensorToCSRSparseMatrix "
        "OptionalFromValue OptionalGetValue OptionalHasValue OptionalNone",
    ),
    (
        "holds or changes variables in memory, also those that training left behind",
        "Variable VariableV2 VarHandleOp TemporaryVariable DestroyTemporaryVariable VarIsInitializedOp "
        "IsVariableInitialized VariableShape ReadVariableOp DisableCopyOnRead DestroyResourceOp Assign AssignAdd "
        "AssignSub AssignVariableOp AssignAddVariableOp AssignSubVariableOp CountUpTo ResourceCountUpTo Scatter* "
        "ResourceGather ResourceGatherNd ResourceScatter* StridedSliceAssign ResourceStridedSliceAssign Apply* "
        "ResourceApply* SparseApply* ResourceSparseApply* Empty DeepCopy",
    ),
    (
        "draws random numbers: dropout that was frozen with the graph, distortions, sampled losses",
        "RandomUniform RandomUniformInt RandomStandardNormal TruncatedNormal ParameterizedTruncatedNormal "
        "RandomShuffle RandomCrop RandomGamma RandomPoisson RandomPoissonV2 Multinomial NonDeterministicInts "
        "StatefulUniform StatefulUniformFullInt StatefulUniformInt StatefulStandardNormal StatefulStandardNormalV2 "
        "StatefulTruncatedNormal StatefulRandomBinomial RngSkip RngReadAndSkip StatelessRandomGetAlg "
        "SampleDistortedBoundingBox SampleDistortedBoundingBoxV2 AllCandidateSampler LearnedUnigramCandidateSampler "
        "LogUniformCandidateSampler ThreadUnsafeUnigramCandidateSampler UniformCandidateSampler",
    ),
    (
        "is a table in memory that is filled with constants; the ops that fill one from a file are not here",
        "HashTable HashTableV2 AnonymousHashTable MutableHashTable MutableHashTableV2 MutableHashTableOfTensors "
        "MutableHashTableOfTensorsV2 MutableDenseHashTable MutableDenseHashTableV2 AnonymousMutableHashTable "
        "AnonymousMutableHashTableOfTensors AnonymousMutableDenseHashTable InitializeTable InitializeTableV2 "
        "LookupTableFind LookupTableFindV2 LookupTableInsert LookupTableInsertV2 LookupTableRemoveV2 LookupTableSize "
        "LookupTableSizeV2 LookupTableExport LookupTableExportV2 LookupTableImport LookupTableImportV2",
    ),
    (
        "is a queue in memory, with which TensorFlow 1 fed itself and which a frozen graph keeps",
        "FIFOQueue FIFOQueueV2 PaddingFIFOQueue PaddingFIFOQueueV2 PriorityQueue PriorityQueueV2 RandomShuffleQueue "
        "RandomShuffleQueueV2 Queue*",
    ),
    (
        "stops the run with an error, and does nothing else",
        "Assert CheckNumerics CheckNumericsV2",
    ),
    (
        "has an argument that only sounds like a place outside",
        "ApproxTopK CTCBeamSearchDecoder InTopK InTopKV2 ParseSequenceExample ParseSequenceExampleV2 "
        "ParseSingleSequenceExample RegexFullMatch RegexReplace StaticRegexFullMatch StaticRegexReplace TensorSummary "
        "GuaranteeConst DeviceIndex CudnnRNN CudnnRNNV2 CudnnRNNV3",
    ),
)
# What the others can do, for the message; the first pattern that fits an op's name counts.
REASONS = (
    ("writes files", "*DatasetToTFRecord *SnapshotDataset* CacheDataset* DebugNumericSummary *SaveDataset*"),
    (
        "reads files",
        "ReadFile *Reader* MatchingFiles RestoreV2 Restore RestoreSlice *LoadDataset* *RecordDataset* TextLineDataset* "
        "*CSVDataset* ImmutableConst *FromFile* InitializeTableFromTextFile* *LMDB* *SqlDataset *MatchingFilesDataset "
        "LoadAndRemapMatrix RecordInput GenerateVocabRemapping FixedUnigramCandidateSampler DecodeProtoV2 EncodeProto "
        "*SnapshotChunk*",
    ),
    (
        "writes files",
        "WriteFile Save SaveV2 SaveSlices MergeV2Checkpoints ShardedFile* *SaveDataset* *Summary*Writer* "
        "Write*Summary CreateSummary* ImportEvent DebugIdentity* DebugNan* DumpTensor* CalibrationStatisticsSaver",
    ),
    ("prints", "Print PrintV2"),
    ("runs Python", "PyFunc* EagerPyFunc GeneratorDataset"),
    (
        "loads code or starts processes",
        "LoadLibrary* *CustomCall* TPU*Compile* Xla*Compile* XlaCallModule XlaLaunch* MlirPassthroughOp",
    ),
    (
        "uses the network",
        "*Rpc* RemoteCall Send Recv _Send _Recv _HostSend _HostRecv *BigQuery* *Bigtable* *PubSub* DistributedSave "
        "DataService* RegisterDataset* Collective* Nccl* Gcs* FileSystemSetConfiguration",
    ),
    ("ends the process", "Abort"),
    ("runs a data pipeline, which can read and write files", "*Dataset* *Iterator*"),
)
UNLISTED = "is not on the list of ops that only compute"
UNKNOWN = "is not one of TensorFlow's ops"


class Lists(NamedTuple):
    allowed: FrozenSet[str]
    """Ops that may run."""
    stateful: FrozenSet[str]
    """Ops that TensorFlow never evaluates while it only imports a graph, as it does with others to infer shapes."""
    known: FrozenSet[str]
    """All public ops of TensorFlow."""


@functools.lru_cache(maxsize=None)
def lists() -> Lists:
    """The lists of ops, by name."""
    with open(DATA, encoding="utf-8") as file:
        versions: Dict[str, Dict[str, List[str]]] = json.load(file)
    computing, stateful, others = (
        {name for version in versions.values() for name in version[kind]}
        for kind in ("computing", "stateful", "others")
    )
    explicit = {
        name
        for _, patterns in ALLOWED
        for pattern in patterns.split()
        for name in ([pattern] if "*" not in pattern else fnmatch.filter(stateful | others, pattern))
    }
    return Lists(frozenset(computing | explicit), frozenset(stateful), frozenset(computing | stateful | others))


def is_allowed(op: str) -> bool:
    """Whether an op only computes, or is one of ALLOWED."""
    return op in lists().allowed


def reason_against(op: str) -> str:
    """What an op that is not allowed can do, in words that follow its name."""
    for why, patterns in REASONS:
        if any(fnmatch.fnmatchcase(op, pattern) for pattern in patterns.split()):
            return why
    return UNLISTED if op in lists().known else UNKNOWN
