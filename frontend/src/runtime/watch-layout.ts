// The bins in which a rune counts its answers.

/** The bins of labels: `names` of the bins, and the bin of each label by its index. */
export interface LabelBins {
  readonly names: readonly string[];
  readonly bins: readonly number[];
}

/** The bins of the score of the answer, whose edges are numbers of the tensor of scores. */
export interface ConfidenceBins {
  readonly edges: readonly number[];
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The bins of a statistic of output number `output` of a stage. */
export interface FeatureBins {
  readonly stage: string;
  readonly output: number;
  readonly statistic: "level" | "mean";
  readonly edges: readonly number[];
}

export interface WatchLayout {
  readonly labels: LabelBins | null;
  readonly confidence: ConfidenceBins | null;
  readonly features: readonly FeatureBins[];
}
