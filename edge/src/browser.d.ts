/**
 * One customer: a field for every column of the model. What is `null` or left out counts as missing. Dates are
 * text, `YYYY-MM-DD`; where the model has dates, `as_of` may say which day they are counted back from.
 */
export type Customer = Record<string, number | string | boolean | null | undefined> | CustomerOrders;

/** For a model of recency, frequency and spending: the customer's orders, from which the columns are computed. */
export interface CustomerOrders {
  orders: Order[];
  /** The day until which orders count, `YYYY-MM-DD`. */
  as_of: string;
  /** Columns that do not follow from orders. */
  [column: string]: unknown;
}

/** Besides date and amount each figure that the model has the mean of: `quantity` for `mean_quantity`. */
export interface Order {
  date: string;
  amount: number;
  [figure: string]: unknown;
}

/** What the model says of a customer. */
export interface Reply {
  /** The id of the model that answered, 64 hexadecimal digits. */
  model: string;
  segment: NamedSegment & { description: string };
  /** How far the customer is from the middle of the segment, in prepared space. */
  distance: number;
  predictions: Prediction[];
  recommendations: Recommendation[];
  /** The distance to every segment. */
  distances: { id: number; distance: number }[];
  /** The next segment, and by how much it is further away; only where there are two or more. */
  runner_up?: NamedSegment & { distance: number; margin: number };
  /** The share of customers that one expects to be at least as far from the segment, where the model can say. */
  outlier_p?: number;
  /** Why this segment and not the next; only where there are two or more. */
  reasons?: Reasons;
  /** The smallest change of one field that gives another segment, or `null`; only where there are two or more. */
  smallest_change?: SmallestChange | null;
}

export interface NamedSegment {
  id: number;
  name: string;
}

/** `difference` is the sum, from 0 and in this order, of `constant`, where it is there, and the contributions. */
export interface Reasons {
  /** By how much the next segment's score exceeds this one's; of squared distances, for k-means. */
  difference: number;
  constant?: number;
  /** One for every field of the model; a positive one speaks for this segment. */
  contributions: { field: string; value: number }[];
}

export interface SmallestChange {
  field: string;
  from: number | string;
  to: number | string;
  segment: NamedSegment;
  /** How far the customer moves in prepared space. */
  cost: number;
}

/** What to expect: a number in the target's unit, or the most probable class. */
export type Prediction =
  | { target: string; kind: "number"; value: number; interval?: Interval; reasons?: Margin[] }
  | { target: string; kind: "class"; value: string; probabilities: Record<string, number>; reasons?: Margin[] };

/** Where a number will usually lie: in the share `level` of all cases. */
export interface Interval {
  level: number;
  lower: number;
  upper: number;
}

/**
 * Why this prediction, for a target that was asked for: `margin` is the sum, in this order, of `base` and the
 * contributions. Of a class one for each, whose exponentials the probabilities are proportional to; of a number one,
 * which is it, or its logarithm.
 */
export interface Margin {
  class?: string;
  margin: number;
  base: number;
  contributions: { field: string; value: number }[];
}

export interface Recommendation {
  /** Of the recipe, where one gave it. */
  id?: string;
  title: string;
  text: string;
  /** Why it applies to this customer. */
  why: string;
  link?: string;
  goal?: string;
}

/** Why a customer was refused (RFC 9457). Thrown as `error.problem`. */
export interface Problem {
  /** `/problems/` and a word that stays the same across versions. */
  type: string;
  title: string;
  /** The HTTP status with which the Worker refuses the same customer. */
  status: number;
  /** What to do about it. */
  detail: string;
  /** Everything that is wrong, when the fields are at fault. */
  errors?: FieldError[];
}

export interface FieldError {
  /** The field as a JSON pointer (RFC 6901): `/age`. */
  pointer: string;
  code:
    | "missing"
    | "not-a-number"
    | "not-a-date"
    | "out-of-bounds"
    | "unknown-level"
    | "nested"
    | "unknown-field"
    | "not-a-list"
    | "not-an-object"
    | "no-past-order"
    | "conflict";
  /** What would have been right, in words. */
  expected: string;
}

/** What `recommend` and `recommendJson` throw. */
export interface PredictorError extends Error {
  problem: Problem;
}

/** The model card, as `GET /v1/model` shows it. */
export interface ModelCard {
  model: string;
  /** The day that dates are counted back from unless a customer says another. */
  as_of?: string;
  /** The protected attributes that the columns tell of. */
  sensitive: string[];
  columns: {
    name: string;
    kind: string;
    optional: boolean;
    minimum?: number;
    maximum?: number;
    /** Words and numbers that mean "missing" in this column. */
    missing?: string[];
    sensitive?: string;
  }[];
  prepared_features: number;
  segments: {
    id: number;
    name: string;
    description: string;
    share: number;
    /** From 0 to 1: how alike it comes out of resampled customers, where that was measured. */
    stability?: number;
  }[];
  targets: { name: string; kind: "number" | "class" }[];
  algorithm: "k-means" | "mixture" | "prototypes";
  /** How the number of segments was chosen. */
  training: {
    seed: number;
    wcss: number[];
    knee_from_one: number | null;
    knee_from_two: number | null;
  };
}
