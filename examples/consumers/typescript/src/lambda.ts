// A function that consumes events: what is yours stands here.

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { SQSEvent } from "aws-lambda";
import { DynamoDbClaims } from "./claims.js";
import { Consumer } from "./consumer.js";
import type { LandfallEvent } from "./event.js";

const s3 = new S3Client();

async function jobCompleted(event: LandfallEvent): Promise<void> {
  for (const asset of event.data.assets) {
    console.log(event.subject, asset.role, asset.archived ?? asset.url);
  }
}

const consumer = new Consumer({
  handlers: { "landfall.job.completed": jobCompleted },
  claims: new DynamoDbClaims(new DynamoDBClient(), setting("CLAIMS_TABLE"), Number(setting("LEASE_SECONDS"))),
  objects: {
    async get(bucket, key) {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (object.Body === undefined) throw new Error("S3 gave no content");
      return object.Body.transformToByteArray();
    },
  },
  bucket: setting("LANDFALL_BUCKET"),
  log: (line) => console.log(line),
});

export const handler = (batch: SQSEvent) => consumer.handleBatch(batch);

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
