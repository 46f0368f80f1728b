//! Applications of primitives to inputs of all types they take, with numbers where they are smooth.

use indexmap::IndexMap;
use nn::exec::reference::{Environment, evaluate};
use nn::graph::{Graph, Leaf, NodeId, ParamKind, SlotId};
use nn::ops::{ArgValue, Primitive};
use nn::tensor::random::Stream;
use nn::tensor::{Axis, Buffer, Precision, Tensor};
use nn::types::{BatchId, Shape, Size, TensorType};

pub const BATCH: BatchId = BatchId(0);
pub const EXAMPLES: usize = 2;

/// One way to call a primitive.
#[derive(Clone, Debug)]
pub struct Call {
    pub types: Vec<TensorType>,
    pub args: Vec<ArgValue>,
}

/// Numbers that inputs are drawn from.
#[derive(Clone, Copy, Debug)]
pub enum Domain {
    /// Both signs, up to 2 in size.
    Signed,
    /// Between 0.1 and 0.9.
    Fraction,
}

pub fn slot(graph: &mut Graph, id: u32, ty: &TensorType) -> NodeId {
    graph.leaf(Leaf::Slot { id: SlotId(id), name: format!("x{id}").into() }, ty.clone())
}

/// Every call of the primitive with the types and arguments of a small stock that its type rule takes.
pub fn calls(primitive: &Primitive) -> Vec<Call> {
    let shapes: [&[usize]; 6] = [&[], &[3], &[2, 3], &[3, 2], &[1, 3], &[3, 1]];
    let stock: Vec<TensorType> = shapes
        .iter()
        .flat_map(|dims| {
            let shape = Shape::known(dims);
            [TensorType::plain(shape.clone()), TensorType::batched(shape, BATCH)]
        })
        .collect();
    let mut types: Vec<Vec<TensorType>> = vec![Vec::new()];
    let mut args: Vec<Vec<ArgValue>> = vec![Vec::new()];
    for param in primitive.params {
        match param.kind {
            ParamKind::Tensor => types = extend(&types, &stock),
            ParamKind::Tensors => {
                let one = extend(&types, &stock);
                let two = extend(&one, &stock);
                types = one.into_iter().chain(two).collect();
            }
            ParamKind::Axis => {
                let axes = [Axis::All, Axis::Only(0), Axis::Only(1)].map(ArgValue::Axis);
                args = args.iter().cloned().chain(extend(&args, &axes)).collect();
            }
            ParamKind::Int => args = extend(&args, &[ArgValue::Int(Size::Known(4))]),
            ParamKind::Shape | ParamKind::Sizes => {
                let shapes: [&[usize]; 4] = [&[3], &[6], &[3, 2], &[2, 3]];
                args = extend(&args, &shapes.map(|dims| ArgValue::Shape(Shape::known(dims))));
            }
        }
    }
    let all = types
        .iter()
        .flat_map(|types| args.iter().map(|args| Call { types: types.clone(), args: args.clone() }));
    all.filter(|call| apply(&mut Graph::default(), primitive, call).is_some()).collect()
}

fn extend<T: Clone>(lists: &[Vec<T>], choices: &[T]) -> Vec<Vec<T>> {
    lists
        .iter()
        .flat_map(|list| choices.iter().map(|choice| list.iter().cloned().chain([choice.clone()]).collect()))
        .collect()
}

/// The inputs as slots 0, 1, ... and the result; nothing if the type rule refuses.
pub fn apply(graph: &mut Graph, primitive: &Primitive, call: &Call) -> Option<(Vec<NodeId>, NodeId)> {
    let inputs: Vec<NodeId> =
        call.types.iter().enumerate().map(|(at, ty)| slot(graph, at as u32, ty)).collect();
    let result = (primitive.build)(graph, &inputs, &call.args).ok()?;
    Some((inputs, result))
}

/// Random numbers for slots of these types, in double precision.
pub fn environment(types: &[(SlotId, TensorType)], domain: Domain, seed: u64) -> Environment {
    let slots: IndexMap<SlotId, Tensor> =
        types.iter().map(|(id, ty)| (*id, tensor(*id, ty, domain, seed))).collect();
    let examples = IndexMap::from([(BATCH, EXAMPLES)]);
    Environment { slots, examples, precision: Precision::F64, seed, step: 0 }
}

fn tensor(id: SlotId, ty: &TensorType, domain: Domain, seed: u64) -> Tensor {
    let shape = ty.shape.dims().expect("sizes are known");
    let examples = ty.batch.map(|_| EXAMPLES);
    let len = shape.iter().product::<usize>() * examples.unwrap_or(1);
    let stream = Stream::new(seed, &format!("slot {}", id.0));
    let draw = |index| {
        let u = stream.uniform(0, index);
        match domain {
            Domain::Signed => 4.0 * u - 2.0,
            Domain::Fraction => 0.1 + 0.8 * u,
        }
    };
    Tensor { shape, examples, data: Buffer::F64((0..len as u64).map(draw).collect()) }
}

/// The numbers of nodes.
pub fn numbers(graph: &Graph, nodes: &[NodeId], environment: &Environment) -> Vec<Vec<f64>> {
    let tensors = evaluate(graph, nodes, environment).expect("the graph has a value");
    for (tensor, &node) in tensors.iter().zip(nodes) {
        assert_eq!(Some(&tensor.shape), graph.ty(node).shape.dims().as_ref(), "kernel and type rule agree");
        let len = tensor.shape.iter().product::<usize>() * tensor.examples.unwrap_or(1);
        assert_eq!(tensor.data.len(), len, "kernel and type rule agree");
    }
    tensors.iter().map(|tensor| tensor.data.to_f64()).collect()
}

/// The widest domain in which the primitive gives numbers at this call.
pub fn domain(primitive: &Primitive, call: &Call) -> Domain {
    let mut graph = Graph::default();
    let (_, result) = apply(&mut graph, primitive, call).expect("the call was tried");
    let slots: Vec<_> =
        call.types.iter().enumerate().map(|(at, ty)| (SlotId(at as u32), ty.clone())).collect();
    let signed = environment(&slots, Domain::Signed, 1);
    let finite = numbers(&graph, &[result], &signed).concat().iter().all(|number| number.is_finite());
    if finite { Domain::Signed } else { Domain::Fraction }
}

/// Whether two lists of numbers agree to a relative or absolute error.
pub fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
        })
}
