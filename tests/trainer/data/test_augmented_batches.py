"""Batches of training images that are blended, or pasted onto each other."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from trainer.data.augmentation import mixup, paste
from trainer.data.records import IGNORED


def pair():
    """A black and a white image, their labels one-hot."""
    image = tf.stack([tf.zeros([2, 3, 3]), tf.fill([2, 3, 3], 255.0)])
    return {"image": image, "size": tf.constant([[2, 3]] * 2)}, tf.eye(2)


def test_a_blended_image_and_its_label_have_the_same_shares():
    inputs, labels = pair()

    blended, shares = mixup(inputs, labels, tf.constant([3, 4]), 0.5)

    white = blended["image"][:, 0, 0, 0] / 255
    np.testing.assert_allclose(white, shares[:, 1], atol=1e-5)
    np.testing.assert_allclose(tf.reduce_sum(shares, axis=1), 1, atol=1e-5)
    assert tf.reduce_all(blended["size"] == inputs["size"])


def test_an_image_keeps_the_larger_share_of_itself():
    for seed in range(20):
        _, shares = mixup(*pair(), tf.constant([seed, 0]), 0.5)
        assert tf.reduce_min(tf.linalg.diag_part(shares)) >= 0.5


def test_equal_seeds_blend_alike_and_others_do_not():
    one, again, other = (mixup(*pair(), tf.constant([s, 0]), 0.5)[1].numpy() for s in (1, 1, 2))

    np.testing.assert_array_equal(one, again)
    assert not np.allclose(one, other)


def scenes():
    """Two images of one shade, each with another one's object on the left, and their masks."""
    masks = np.zeros((2, 4, 6, 1), np.uint8)
    masks[0, :, :2], masks[1, :2, :] = 1, 2
    masks[0, 3, 5] = IGNORED
    image = np.broadcast_to(np.float32([10, 200])[:, None, None, None], (2, 4, 6, 3))
    return {"image": tf.constant(image), "size": tf.constant([[4, 6]] * 2)}, tf.constant(masks)


def pasted(share, seed=0, ground=(0,)):
    inputs, masks = paste(*scenes(), tf.constant([seed, 7]), share=share, ground=ground)
    return inputs["image"].numpy()[..., 0], masks.numpy()[..., 0]


def test_objects_are_pasted_onto_the_other_image_and_its_mask():
    (first, second), (mask, other) = pasted(1.0)

    np.testing.assert_array_equal(mask, [[1, 1, 2, 2, 2, 2]] * 2 + [[1, 1, 0, 0, 0, 0]] * 2)
    np.testing.assert_array_equal(first, np.where(mask == 1, 10, 200))
    assert (second[:2] == 200).all()
    assert (second[2:] == 10).all()
    assert other[3, 5] == IGNORED


def test_nothing_is_pasted_if_no_image_is_chosen():
    image, masks = pasted(0.0)

    np.testing.assert_array_equal(image, scenes()[0]["image"][..., 0])
    np.testing.assert_array_equal(masks, scenes()[1][..., 0])


def test_equal_seeds_paste_alike_and_each_image_is_chosen_for_itself():
    def chosen(seed):
        return tuple((pasted(0.5, seed)[1] != pasted(0.0)[1]).any((1, 2)))

    assert chosen(1) == chosen(1)
    assert len({chosen(seed) for seed in range(20)}) == 4
