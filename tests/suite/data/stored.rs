//! Batches, gathers and weights on disk.

use nn::data::npy::load_npy;
use nn::data::weights::{self, Numbers, Stored, Weights};
use nn::data::{Batches, Field, Order, Storage};
use nn::tensor::random::Stream;

use super::*;

#[test]
fn every_epoch_holds_every_example_once_and_can_be_resumed() {
    let order = Order::Shuffled(Stream::new(7, "train net"));
    let mut batches = Batches::new(103, 10, order);
    assert_eq!(batches.batches_per_epoch(), 11);
    let mut epochs = Vec::new();
    for epoch in 0..3 {
        let sizes: Vec<usize> = batches.epoch(epoch).map(<[u32]>::len).collect();
        assert_eq!(sizes, [vec![10; 10], vec![3]].concat());
        let rows = batches.epoch(epoch).flatten().copied().collect::<Vec<u32>>();
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..103).collect::<Vec<u32>>());
        epochs.push(rows);
    }
    assert_ne!(epochs[0], epochs[1]);
    let resumed: Vec<u32> = Batches::new(103, 10, order).epoch(2).flatten().copied().collect();
    assert_eq!(resumed, epochs[2]);
    let stored: Vec<u32> = Batches::new(5, 2, Order::AsStored).epoch(9).flatten().copied().collect();
    assert_eq!(stored, [0, 1, 2, 3, 4]);
}

#[test]
fn gathers_agree_for_every_storage() {
    let rows = [2u32, 0, 2];
    let storages =
        [Storage::F32(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), Storage::F64(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0])];
    for storage in storages {
        let field = Field { shape: vec![2], storage };
        let (mut narrow, mut wide) = ([0f32; 6], [0f64; 6]);
        field.gather_into(&rows, &mut narrow);
        field.gather_into(&rows, &mut wide);
        assert_eq!((narrow, wide), ([4., 5., 0., 1., 4., 5.], [4., 5., 0., 1., 4., 5.]));
        assert!(!field.labels_into(&rows, &mut [0; 3]));
    }
    let labels = Field { shape: vec![3], storage: Storage::Labels(vec![2, 0, 1]) };
    let mut out = [9f32; 9];
    labels.gather_into(&rows, &mut out);
    assert_eq!(out, [0., 1., 0., 0., 0., 1., 0., 1., 0.]);
    let mut found = [0; 3];
    assert!(labels.labels_into(&rows, &mut found));
    assert_eq!(found, [1, 2, 1]);
}

fn some_weights() -> Weights {
    let matrix = Stored { shape: vec![2, 3], numbers: Numbers::F32(vec![1., 4., 2., 5., 3., 6.]) };
    let vector = Stored { shape: vec![2], numbers: Numbers::F64(vec![0.1, -0.2]) };
    let number = Stored { shape: vec![], numbers: Numbers::F32(vec![7.0]) };
    let none = Stored { shape: vec![0, 3], numbers: Numbers::F32(vec![]) };
    let tensors = [("net.W", matrix), ("net.b", vector), ("t", number), ("none", none)];
    Weights {
        tensors: tensors.map(|(name, stored)| (name.to_owned(), stored)).into_iter().collect(),
        metadata: [("model".to_owned(), "net \"x\"\n".to_owned())].into_iter().collect(),
    }
}

#[test]
fn weights_are_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.safetensors");
    let weights = some_weights();
    weights::save(&path, &weights).expect("it is written");
    weights::save(&path, &weights).expect("it is written over");
    let read = weights::load(&DiskFiles, &path).expect("it is read");
    assert_eq!(read.metadata, weights.metadata);
    assert_eq!(read.tensors.len(), 4);
    for (name, stored) in &weights.tensors {
        assert_eq!(&read.tensors[name], stored, "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    assert_eq!(weights::to_bytes(&weights).expect("bytes"), std::fs::read(&path).expect("bytes"));
    assert!(weights::save(&folder.path().join("no/such/w.safetensors"), &weights).is_err());
}

#[test]
fn matrices_stand_row_by_row_in_the_file() {
    let bytes = weights::to_bytes(&some_weights()).expect("bytes");
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("another reader agrees");
    let data = file.tensor("net.W").expect("the tensor").data().to_vec();
    let values: Vec<f32> = data.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    assert_eq!(values, [1., 2., 3., 4., 5., 6.]);
}

#[test]
fn arrays_of_numpy_are_read_in_either_order() {
    let npy = |descr: &str, fortran: &str, data: &[u8]| {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': (2, 3), }}\n");
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
    };
    let reading = [1f64, 2., 3., 4., 5., 6.];
    let columns = [1f64, 4., 2., 5., 3., 6.];
    let files = [
        npy("<f8", "False", &reading.map(f64::to_le_bytes).concat()),
        npy(">f8", "False", &reading.map(f64::to_be_bytes).concat()),
        npy("<f8", "True", &columns.map(f64::to_le_bytes).concat()),
        npy("<f4", "False", &reading.map(|v| (v as f32).to_le_bytes()).concat()),
        npy(
            "<f2",
            "False",
            &[0x3C00u16, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600].map(u16::to_le_bytes).concat(),
        ),
        npy("|u1", "True", &columns.map(|v| v as u8)),
        npy(">i2", "False", &reading.map(|v| (v as i16).to_be_bytes()).concat()),
        npy("<i8", "True", &columns.map(|v| (v as i64).to_le_bytes()).concat()),
    ];
    for (at, file) in files.into_iter().enumerate() {
        let files = MemoryFiles::new().with("w.npy", file);
        let stored = load_npy(&files, Path::new("w.npy")).expect("it is read");
        let values: Vec<f64> = match stored.numbers {
            Numbers::F32(values) => values.into_iter().map(f64::from).collect(),
            Numbers::F64(values) => values,
        };
        assert_eq!((stored.shape.as_slice(), values.as_slice()), (&[2, 3][..], &columns[..]), "file {at}");
    }
    for (half, value) in [
        (0x0001u16, 2f32.powi(-24)),
        (0x8000, -0.0),
        (0x7C00, f32::INFINITY),
        (0xC000, -2.0),
        (0x7BFF, 65504.0),
    ] {
        assert_eq!(weights::f16_to_f32(half).to_bits(), value.to_bits());
    }
}
