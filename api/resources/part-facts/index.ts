import type { Resource } from '../declaration.ts';
import { bomItem } from './bom-item.ts';
import { bomSubstitute } from './bom-substitute.ts';
import { categoryParameter } from './category-parameter.ts';
import { internalPrice } from './internal-price.ts';
import { parameter } from './parameter.ts';
import { parameterTemplate } from './parameter-template.ts';
import { projectCode } from './project-code.ts';
import { relatedPart } from './related-part.ts';
import { testResult } from './test-result.ts';
import { testTemplate } from './test-template.ts';

/** What is known of parts and stock beside themselves, in the order in which the API root names it. */
export const partFacts: readonly Resource[] = [
  parameterTemplate,
  parameter,
  categoryParameter,
  testTemplate,
  testResult,
  relatedPart,
  internalPrice,
  bomItem,
  bomSubstitute,
  projectCode,
];
